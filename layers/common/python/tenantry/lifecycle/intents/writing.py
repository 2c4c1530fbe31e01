"""Renaming and deleting a tenant's collection: write down what is intended, then do it.

Neither can be part of a transaction, so what is decided is stored as an intent first. From then on the change
will happen, whoever completes it; see `tenantry.lifecycle.intents.completion` and
`tenantry.lifecycle.intents.settling`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal

import pymongo
from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.errors import ServiceUnavailable
from tenantry.lifecycle.intents import completion
from tenantry.registry import names
from tenantry.registry.organizations import changing, finding, leases
from tenantry.registry.organizations.document import Intent, OrganizationDocument, place_of
from tenantry.runtime import moments, mongodb
from tenantry.runtime.observability import logger
from tenantry.storage import collections


class OvertakenError(Exception):
    """The organization is not as it was read any more; nothing was changed."""


def carry_out(
    current: OrganizationDocument,
    state: Literal["renaming", "deleting"],
    target: dict[str, Any],
    counted: Mapping[str, Any] = MappingProxyType({}),
    also: Callable[[ClientSession], None] | None = None,
) -> OrganizationDocument | None:
    """Write an intent and do what it says.

    Parameters
    ----------
    current : OrganizationDocument
        The active organization as it was read.
    state : {"renaming", "deleting"}
        What to do.
    target : dict
        Name, slug and metadata after a rename.
    counted : mapping
        From `tenantry.registry.organizations.pace`, for what counts as a change.
    also : callable, optional
        What belongs into the transaction that writes the intent; without it none is needed.

    Returns
    -------
    OrganizationDocument or None
        The organization after a rename, None after a deletion.

    Raises
    ------
    OvertakenError
        Another change came first; nothing was changed.
    OrganizationExists
        The slug or the collection's name is taken; nothing was changed.
    ServiceUnavailable
        The organization has left that name in a rename that was interrupted, and may not return to it yet;
        nothing was changed.
    pymongo.errors.PyMongoError
        Outcome unknown: it is completed once somebody has settled the intent, or has not happened at all.
    """
    with pymongo.timeout(completion.WORK_SECONDS):
        changes = {
            "state": state,
            "intent": _intent(current, target),
            "slugs": sorted({current["slug"], target.get("slug", current["slug"])}),
            **counted,
        }
        intended = _write(current, changes, also)
        if intended is None:
            raise OvertakenError
        return completion.complete(intended)


def _write(
    current: OrganizationDocument, changes: dict[str, Any], also: Callable[[ClientSession], None] | None
) -> OrganizationDocument | None:
    if also is None:
        return changing.replace(current, changes)
    return _write_in_transaction(current, changes, also)


@mongodb.in_transaction
def _write_in_transaction(
    session: ClientSession,
    current: OrganizationDocument,
    changes: dict[str, Any],
    also: Callable[[ClientSession], None],
) -> OrganizationDocument | None:
    intended = changing.replace(current, changes, session)
    if intended is not None:
        also(session)
    return intended


def _intent(current: OrganizationDocument, target: dict[str, Any]) -> Intent:
    slug = target.get("slug", current["slug"])
    if slug != current["slug"]:
        _check_vacated(current, names.collection_of(slug))
    uuid = collections.collection_uuid(place_of(current))
    if uuid is None:
        if finding.find(current["_id"]) != current:
            raise OvertakenError
        logger.error("An organization has no collection", organization_id=current["_id"])
        raise ServiceUnavailable
    now = moments.now()
    return {
        "collection_uuid": uuid,
        "name": target.get("name", current["name"]),
        "slug": slug,
        "collection": names.collection_of(slug),
        "metadata": target.get("metadata", current["metadata"]),
        "created_at": now,
        "leased_until": now + completion.LEASE,
        "decided_by": recording.origin(),
    }


def _check_vacated(current: OrganizationDocument, collection: str) -> None:
    until = leases.vacated_until(current, collection)
    if until is not None:
        seconds = int((until - moments.now()).total_seconds()) + 1
        raise ServiceUnavailable(
            "A rename that left this name was interrupted, and a late part of it may still arrive. "
            "The organization can have the name again once that is over; see Retry-After.",
            retry_after_seconds=seconds,
        )
