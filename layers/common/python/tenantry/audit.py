"""The audit record, in the master collection `audit`: who did what, when and from where. It only ever grows.

A record is written in the transaction that does what it tells, so there is one for each thing that happened
and none for what did not. The collection `outbox` gets a copy, which stays until EventBridge has it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NotRequired, TypedDict

from pymongo.client_session import ClientSession

from tenantry import database, request_context
from tenantry.request_context import Actor

Action = Literal[
    "organization.created",
    "organization.restored",
    "organization.changed",
    "organization.renamed",
    "organization.deleted",
    "organization.suspended",
    "organization.reactivated",
    "organization.moved",
    "login.succeeded",
    "login.failed",
    "session.ended",
    "session.refreshed_elsewhere",
    "session.reused",
    "account.logged_out_everywhere",
    "account.ended",
    "password.changed",
    "password.change_failed",
    "signing_key.published",
    "signing_key.retired",
    "signing_key.revoked",
]
Result = Literal["success", "failure"]

FAILURES: Final[frozenset[Action]] = frozenset({"login.failed", "password.change_failed", "session.reused"})
# Failures that concern no organization are strangers' doing, and there is no end to them.
FAILURES_OF_STRANGERS_KEPT_FOR: Final = timedelta(days=30)


class Record(TypedDict):
    """A record as it is stored; `expires_at` is there only where it does not stay for ever."""

    _id: str
    at: datetime
    action: Action
    result: Result
    actor: dict[str, str | None]
    request_id: str | None
    source_address: str | None
    organization_ids: list[str]
    details: dict[str, Any]
    expires_at: NotRequired[datetime]


def record(
    action: Action,
    organization_ids: Iterable[str],
    session: ClientSession,
    details: Mapping[str, Any] | None = None,
    decided_by: Mapping[str, Any] | None = None,
) -> None:
    """Record something within the transaction that does it.

    Parameters
    ----------
    action : Action
        What is done.
    organization_ids : iterable of str
        The organizations that it concerns, whose owners may read the record.
    session : ClientSession
        Of the transaction.
    details : mapping, optional
        More about it, fit for all of these owners: no secrets, and not much.
    decided_by : mapping, optional
        From `origin`; the present request and its actor if left out.
    """
    stored: dict[str, Any] = {
        "_id": database.random_id("aud"),
        "at": database.now(),
        "action": action,
        "result": "failure" if action in FAILURES else "success",
        **(decided_by or origin()),
        "organization_ids": list(organization_ids),
        "details": dict(details or {}),
    }
    database.collection("outbox").insert_one(stored, session=session)
    if action in FAILURES and not stored["organization_ids"]:
        stored |= {"expires_at": stored["at"] + FAILURES_OF_STRANGERS_KEPT_FOR}
    database.collection("audit").insert_one(stored, session=session)


def record_alone(
    action: Action,
    organization_ids: Iterable[str],
    details: Mapping[str, Any] | None = None,
    decided_by: Mapping[str, Any] | None = None,
) -> None:
    """Record something that changes nothing, such as a refusal; parameters as of `record`.

    Raises
    ------
    pymongo.errors.PyMongoError
        Outcome unknown.
    """
    database.run_transaction(lambda session: record(action, organization_ids, session, details, decided_by))


def origin(actor: Actor | None = None) -> dict[str, Any]:
    """Return what records tell about the present request, to be stored with what others may complete.

    Parameters
    ----------
    actor : Actor, optional
        Who has just proved to be it; the request's actor if left out.
    """
    present = request_context.current()
    return present._asdict() | {"actor": (actor or present.actor)._asdict()}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of an organization's change: names from and to, and keys of metadata only."""
    old, new = before["metadata"], after["metadata"]
    keys = sorted(key for key in {*old, *new} if (key in old, old.get(key)) != (key in new, new.get(key)))
    names = {
        field: {"from": before[field], "to": after[field]}
        for field in ("name", "slug")
        if before[field] != after[field]
    }
    return names | ({"metadata": keys} if keys else {})
