"""Reconciling: completing what interrupted processes left, and ending accounts without an organization."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pymongo.errors import PyMongoError

from tenantry.errors import TenantryError
from tenantry.identity import unused_accounts
from tenantry.lifecycle import erasing, former_slugs, purging
from tenantry.lifecycle.intents.settling import settle
from tenantry.lifecycle.receipts import signing
from tenantry.registry.organizations import finding
from tenantry.runtime.observability import log_failure, logger
from tenantry.storage import index_reservations, pools

ERASING_SECONDS: Final = 120  # of one run; the next run continues


@dataclass(slots=True)
class Reconciliation:
    """Ids of what was done.

    Of organizations whose intents were `settled`, that were `purged`, or whose documents were `erased`, of
    accounts that have `ended`, of receipts that were `signed`, and in `failed` of what a later run tries
    again.
    """

    settled: list[str] = field(default_factory=list)
    purged: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def reconcile(older_than: timedelta) -> Reconciliation:
    """Settle every intent and erasure that is older than a while; doing it twice changes nothing.

    Deleted organizations are purged that nobody may bring back any more (`purging`). Interrupted changes of
    indexes are counted, and indexes dropped that came after their organization's end. Accounts end that have
    had no organization for long (`unused_accounts`). What fails is logged and does not keep the rest from
    being done.

    Parameters
    ----------
    older_than : timedelta
        What is younger is left to the requests that wrote it.

    Raises
    ------
    pymongo.errors.PyMongoError
        The intents could not be read; those met so far are settled.
    """
    outcome = Reconciliation()
    for organization in finding.find_intents(older_than):
        try:
            settle(organization)
        except (PyMongoError, TenantryError) as error:
            log_failure("An intent could not be settled", error, organization_id=organization["_id"])
            outcome.failed.append(organization["_id"])
        else:
            logger.warning(
                "Settled an intent", organization_id=organization["_id"], state=organization["state"]
            )
            outcome.settled.append(organization["_id"])
    _purge(outcome)
    _erase(older_than, outcome)
    _tidy_indexes(older_than)
    _end_accounts(outcome)
    _sign_receipts(outcome)
    _drop_former_slugs()
    return outcome


def _drop_former_slugs() -> None:
    try:
        former_slugs.drop_all_expired()
    except PyMongoError as error:
        log_failure("Former slugs could not be removed", error)


def _sign_receipts(outcome: Reconciliation) -> None:
    try:
        outcome.signed.extend(signing.sign_waiting())
    except (PyMongoError, TenantryError) as error:
        log_failure("Receipts could not be signed", error)
        outcome.failed.append("receipts")


def _end_accounts(outcome: Reconciliation) -> None:
    try:
        outcome.ended.extend(unused_accounts.end_all())
    except PyMongoError as error:
        log_failure("Accounts without an organization could not be ended", error)


def _tidy_indexes(older_than: timedelta) -> None:
    try:
        index_reservations.recount(older_than)
        pools.drop_orphaned_indexes()
    except (PyMongoError, TenantryError) as error:
        log_failure("Indexes could not be counted or dropped", error)


def _purge(outcome: Reconciliation) -> None:
    try:
        for purged in purging.purge_due():
            (outcome.purged if purged.is_done else outcome.failed).append(purged.organization_id)
    except PyMongoError as error:
        log_failure("Deletions could not be read", error)


def _erase(older_than: timedelta, outcome: Reconciliation) -> None:
    give_up_at = time.monotonic() + ERASING_SECONDS
    for erasure in erasing.find_all(older_than):
        try:
            is_done = erasing.erase_some(erasure)
            while not is_done and time.monotonic() < give_up_at:
                is_done = erasing.erase_some(erasure)
        except (PyMongoError, TenantryError) as error:
            log_failure("An erasure failed", error, organization_id=erasure["_id"])
            outcome.failed.append(erasure["_id"])
        else:
            outcome.erased += [erasure["_id"]] if is_done else []
