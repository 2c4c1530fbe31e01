"""The audit record, in the master collection `audit`: who did what, when and from where. Records only expire.

A record is written in the transaction that does what it tells of, so everything that happened has a record
and nothing else has one. The collection `outbox` gets a copy, which stays until EventBridge has it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, Final, Literal, NotRequired, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.runtime import ids, moments, mongodb, request_context
from tenantry.runtime.request_context import Actor
from tenantry.runtime.settings import settings

Action = Literal[
    "organization.created",
    "organization.restored",
    "organization.changed",
    "organization.renamed",
    "organization.slug_released",
    "organization.deleted",
    "organization.deletion_undone",
    "organization.erased",
    "organization.suspended",
    "organization.reactivated",
    "organization.moved",
    "organization.configured",
    "organization.private_changed",
    "plan.changed",
    "plan.removed",
    "receipt.signed",
    "invitation.created",
    "invitation.resent",
    "invitation.revoked",
    "invitation.accepted",
    "login.succeeded",
    "login.failed",
    "login.confirmed",
    "login.confirmation_failed",
    "session.ended",
    "session.switched",
    "session.refreshed_elsewhere",
    "session.reused",
    "account.logged_out_everywhere",
    "account.ended",
    "account.deleted",
    "account.verified",
    "account.email_changed",
    "account.email_change_undone",
    "account.email_change_failed",
    "password.changed",
    "password.change_failed",
    "password.reset",
    "member.joined",
    "member.role_changed",
    "member.left",
    "member.removed",
    "key.created",
    "key.secret_added",
    "key.secret_ended",
    "key.revoked",
    "ownership.offered",
    "ownership.withdrawn",
    "ownership.declined",
    "ownership.transferred",
    "rollout.started",
    "rollout.paused",
    "rollout.resumed",
    "rollout.finished",
    "rollout.withdrawn",
    "rollout.undone",
    "owner_addresses.read",
    "sign_up.refused",
    "signing_key.published",
    "signing_key.retired",
    "signing_key.revoked",
]
Result = Literal["success", "failure"]

FAILURES: Final[frozenset[Action]] = frozenset(
    {
        "login.failed",
        "login.confirmation_failed",
        "account.email_change_failed",
        "password.change_failed",
        "session.reused",
        "sign_up.refused",
    }
)
# Failures that concern no organization or account are strangers' doing, who can go on for ever.
FAILURES_OF_STRANGERS_KEPT_DAYS: Final = 30
KEYS_MAX_BYTES: Final = 512  # of the keys of metadata that one record names; there may be 3 KB and more


class Record(TypedDict):
    """A record as it is stored.

    `account_id` is there if the record concerns an account and so all of its organizations, `expires_at`
    unless it is kept for ever.
    """

    _id: str
    at: datetime
    action: Action
    result: Result
    actor: dict[str, str | None]
    request_id: str | None
    source_address: str | None
    organization_ids: list[str]
    account_id: NotRequired[str]
    details: dict[str, Any]
    expires_at: NotRequired[datetime]


def audit() -> Collection[Record]:
    """Return the master's collection of all records."""
    return mongodb.collection("audit")


def outbox() -> Collection[Record]:
    """Return the master's collection of records that EventBridge has not acknowledged."""
    return mongodb.collection("outbox")


@dataclass(frozen=True, slots=True)
class OfAccount:
    """What concerns an account as a whole, and so all organizations that it is a member of."""

    account_id: str


def record(
    action: Action,
    concerned: Iterable[str] | OfAccount,
    session: ClientSession,
    details: Mapping[str, Any] | None = None,
    decided_by: Mapping[str, Any] | None = None,
) -> None:
    """Record something within the transaction that does it.

    Parameters
    ----------
    action : Action
        What is done.
    concerned : iterable of str, or OfAccount
        The organizations that it concerns, or the account, whose owners may read the record.
    session : ClientSession
        Of the transaction.
    details : mapping, optional
        More about it, fit for all of these owners: no secrets, and not much.
    decided_by : mapping, optional
        From `origin`; the present request and its actor if left out.
    """
    at = moments.now()
    decided_by = decided_by or origin()
    stored: Record = {
        "_id": ids.random_id("aud"),
        "at": at,
        "action": action,
        "result": "failure" if action in FAILURES else "success",
        "request_id": decided_by["request_id"],
        "source_address": decided_by["source_address"],
        "actor": decided_by["actor"],
        "organization_ids": [] if isinstance(concerned, OfAccount) else list(concerned),
        "details": dict(details or {}),
    }
    if isinstance(concerned, OfAccount):
        stored["account_id"] = concerned.account_id
    is_of_stranger = action in FAILURES and not stored["organization_ids"] and "account_id" not in stored
    if days := _kept_days(is_of_stranger=is_of_stranger):
        stored["expires_at"] = at + timedelta(days=days)
    for collection in (outbox(), audit()):
        collection.insert_one(stored, session=session)


def _kept_days(*, is_of_stranger: bool) -> int:
    """Return for how many days a record is kept; 0 for ever."""
    days = settings().audit_retention_days
    longest = FAILURES_OF_STRANGERS_KEPT_DAYS if is_of_stranger else days
    return min(days or longest, longest)


def record_alone(
    action: Action,
    concerned: Iterable[str] | OfAccount,
    details: Mapping[str, Any] | None = None,
    decided_by: Mapping[str, Any] | None = None,
) -> None:
    """Record something that changes nothing, such as a refusal; parameters as of `record`.

    Raises
    ------
    pymongo.errors.PyMongoError
        Outcome unknown.
    """
    mongodb.run_transaction(lambda session: record(action, concerned, session, details, decided_by))


def origin(actor: Actor | None = None) -> dict[str, Any]:
    """Return what records tell about the present request, to be stored where other processes complete it.

    Parameters
    ----------
    actor : Actor, optional
        Whoever has just proved who it is; the request's actor if left out.
    """
    present = request_context.current()
    return {
        "request_id": present.request_id,
        "source_address": present.source_address,
        "actor": (actor or present.actor)._asdict(),
    }


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of an organization's change: names from and to, and keys of metadata only."""
    names = {
        field: {"from": before[field], "to": after[field]}
        for field in ("name", "slug")
        if before[field] != after[field]
    }
    return names | changed_keys("metadata", before["metadata"], after["metadata"])


def changed_keys(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of a change of properties: which keys, as many as fit into `KEYS_MAX_BYTES`.

    The others are counted. Nothing is returned if none has changed.
    """
    keys = sorted(
        key for key in {*before, *after} if (key in before, before.get(key)) != (key in after, after.get(key))
    )
    sizes = accumulate(len(key.encode()) for key in keys)
    named = [key for key, size in zip(keys, sizes, strict=True) if size <= KEYS_MAX_BYTES]
    unnamed = len(keys) - len(named)
    return ({name: named} if keys else {}) | ({f"more_{name}": unnamed} if unnamed else {})
