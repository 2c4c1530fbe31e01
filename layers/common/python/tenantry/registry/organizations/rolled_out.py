"""What an organization's document says about roll-outs: which it has, which have failed here, and why.

A note is made before a roll-out changes anything, in the transaction that reserves what it takes. It says
what the organization lacked before, so whoever goes on, or undoes it, knows what the roll-out has made.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from tenantry.errors import CapacityExhausted
from tenantry.registry import clusters
from tenantry.registry.organizations import index_changes
from tenantry.registry.organizations.document import OrganizationDocument, organizations, place_of
from tenantry.registry.organizations.embedded import IndexChange, RolloutNote
from tenantry.registry.organizations.selecting import selected
from tenantry.registry.rollouts import RolloutDocument
from tenantry.runtime import moments, mongodb
from tenantry.runtime.mongodb import Document

REASON_MAX: Final = 300  # characters


class Busy(Exception):
    """The organization is changing or moving, or is gone; nothing changed."""


class Begun(NamedTuple):
    """An organization as it is when a roll-out begins here, the roll-out's note, and the change's id."""

    organization: OrganizationDocument
    note: RolloutNote
    change: str


def note_of(name: str, indexes: list[str]) -> RolloutNote:
    """Make the note of a roll-out that begins."""
    return {
        "name": name,
        "state": "begun",
        "indexes": indexes,
        "made": None,
        "before": None,
        "change": None,
        "reason": None,
    }


@mongodb.in_transaction
def begin(session: ClientSession, current: OrganizationDocument, note: RolloutNote, reserved: int) -> Begun:
    """Note that a roll-out changes an organization's indexes, and reserve what it may take.

    Raises
    ------
    Busy
        Its indexes or its place are changing, or it has changed since it was read; nothing changed.
    CapacityExhausted
        The cluster has no room for them; nothing changed.
    """
    change = index_changes.note_from(moments.now())
    added = {"index_changes": change, "rollouts": note | {"change": change["id"]}}
    update = {"$push": added, "$inc": {"namespaces": reserved}}
    changed = _update(_unchanging(current) | {"rollouts.name": {"$ne": note["name"]}}, update, session)
    changed = changed or _begin_again(current, note["name"], change, reserved, session)
    if changed is None:
        raise Busy
    if reserved and not clusters.reserve(place_of(changed).cluster, reserved, session):
        raise CapacityExhausted
    return _begun(changed, note["name"], change)


def begin_undoing(current: OrganizationDocument, name: str) -> Begun:
    """Note that the change of a roll-out is being taken back.

    Raises
    ------
    Busy
        Its indexes or its place are changing, it has changed since it was read, or it has no such note.
    """
    change = index_changes.note_from(moments.now())
    changed = _begin_again(current, name, change, 0, None)
    if changed is None:
        raise Busy
    return _begun(changed, name, change)


def _begin_again(
    current: OrganizationDocument,
    name: str,
    change: IndexChange,
    reserved: int,
    session: ClientSession | None,
) -> OrganizationDocument | None:
    noted = {"$push": {"index_changes": change}, "$set": {"rollouts.$.change": change["id"]}}
    having = _unchanging(current) | {"rollouts.name": name}
    return _update(having, noted | {"$inc": {"namespaces": reserved}}, session)


def _begun(changed: OrganizationDocument, name: str, change: IndexChange) -> Begun:
    (noted,) = [note for note in changed.get("rollouts", []) if note["name"] == name]
    return Begun(changed, noted, change["id"])


def is_interrupted(organization: OrganizationDocument, name: str) -> bool:
    """Tell whether a roll-out was at an organization, and nobody else is, when its process ended."""
    under_way = [change["id"] for change in organization.get("index_changes", [])]
    return any(
        note["name"] == name and under_way == [note["change"]] for note in organization.get("rollouts", [])
    )


def _unchanging(current: OrganizationDocument) -> Document:
    """Return the condition that nobody else changes the indexes or the place of an organization."""
    return {
        "_id": current["_id"],
        "version": current["version"],
        "state": "active",
        "move": None,
        "index_changes.0": {"$exists": False},
    }


def _update(
    expected: Document, update: Document, session: ClientSession | None
) -> OrganizationDocument | None:
    return organizations().find_one_and_update(
        expected, update, return_document=ReturnDocument.AFTER, session=session
    )


def save_made(begun: Begun, made: list[str], before: str | None) -> None:
    """Note what the organization lacks, before it gets it; what is noted already stays."""
    unknown = {"name": begun.note["name"], "made": None}
    organizations().update_one(
        {"_id": begun.organization["_id"], "rollouts": {"$elemMatch": unknown}},
        {"$set": {"rollouts.$.made": made, "rollouts.$.before": before}},
    )


def give_back(begun: Begun, released: int) -> None:
    """End the change of a roll-out that has not come through and comes again, and give back namespaces."""
    index_changes.end(begun.organization["_id"], begun.change, released)


@mongodb.in_transaction
def end(session: ClientSession, begun: Begun, unused: int, reason: str | None) -> None:
    """Note that a roll-out is done here, or why it has failed; give back what it has not taken."""
    organization_id, name = begun.organization["_id"], begun.note["name"]
    index_changes.end_within(session, organization_id, begun.change, unused)
    state = "done" if reason is None else "failed"
    ended = {"rollouts.$.state": state, "rollouts.$.reason": reason and reason[:REASON_MAX]}
    organizations().update_one(
        {"_id": organization_id, "rollouts.name": name}, {"$set": ended}, session=session
    )


@mongodb.in_transaction
def end_undoing(session: ClientSession, begun: Begun, dropped: int) -> None:
    """Remove a roll-out's note, and give back what was dropped."""
    organization_id = begun.organization["_id"]
    index_changes.end_within(session, organization_id, begun.change, dropped)
    forgotten = {"$pull": {"rollouts": {"name": begun.note["name"]}}}
    organizations().update_one({"_id": organization_id}, forgotten, session=session)


def fail(organization_id: str, note: RolloutNote, reason: str) -> None:
    """Note that a roll-out has failed here before it has begun to change indexes."""
    failed = note | {"state": "failed", "reason": reason[:REASON_MAX]}
    added = organizations().update_one(
        {"_id": organization_id, "rollouts.name": {"$ne": note["name"]}}, {"$push": {"rollouts": failed}}
    )
    if not added.matched_count:
        organizations().update_one(
            {"_id": organization_id, "rollouts.name": note["name"]},
            {"$set": {"rollouts.$.state": "failed", "rollouts.$.reason": failed["reason"]}},
        )


def retry_failed(name: str) -> None:
    """Let a roll-out try again where it has failed."""
    failed = {"rollouts": {"$elemMatch": {"name": name, "state": "failed"}}}
    organizations().update_many(failed, {"$set": {"rollouts.$.state": "begun", "rollouts.$.reason": None}})


def find_pending(
    rollout: RolloutDocument, after: str, limit: int, among: list[str] | None = None
) -> list[str]:
    """Return ids of organizations behind one, in their order, that a roll-out is for and has not come to."""
    conditions = [pending(rollout), {"_id": {"$gt": after}}]
    if among is not None:
        conditions.append({"_id": {"$in": among}})
    cursor = organizations().find({"$and": conditions}, {"_id": 1}).sort("_id", 1).limit(limit)
    return [organization["_id"] for organization in cursor]


def pending(rollout: RolloutDocument) -> Document:
    """Return the filter of the organizations that a roll-out is for and has not come to."""
    over = {"name": rollout["_id"], "state": {"$in": ["done", "failed"]}}
    return {
        "$and": [
            selected(rollout["definition"]["organizations"]),
            {"rollouts": {"$not": {"$elemMatch": over}}},
        ]
    }


def count_pending(rollout: RolloutDocument) -> int:
    """Count the organizations that a roll-out is for and has not come to."""
    return organizations().count_documents(pending(rollout))


def count(name: str, state: str, limit: int | None = None) -> int:
    """Count the organizations where a roll-out is in a state, up to a limit; an index has them."""
    noted = {"rollouts": {"$elemMatch": {"name": name, "state": state}}}
    bound: dict[str, Any] = {} if limit is None else {"limit": limit}
    return organizations().count_documents(noted, **bound)


def count_noted(name: str) -> int:
    """Count the organizations that have a note of a roll-out."""
    return organizations().count_documents({"rollouts.name": name})


def find_noted(name: str, after: str, limit: int, state: str | None = None) -> list[str]:
    """Return ids of organizations behind one that have a note of a roll-out, in a state or in any."""
    states = [state] if state is not None else ["begun", "done", "failed"]
    noted = {"rollouts": {"$elemMatch": {"name": name, "state": {"$in": states}}}, "_id": {"$gt": after}}
    return [noted["_id"] for noted in organizations().find(noted, {"_id": 1}).sort("_id", 1).limit(limit)]


def find_failed(name: str, after: str, limit: int) -> Iterator[tuple[OrganizationDocument, str]]:
    """Yield organizations behind one where a roll-out has failed, in the order of their ids, and why."""
    failed: dict[str, Any] = {
        "rollouts": {"$elemMatch": {"name": name, "state": "failed"}},
        "_id": {"$gt": after},
    }
    for organization in organizations().find(failed, {"metadata": 0}).sort("_id", 1).limit(limit):
        for note in organization.get("rollouts", []):
            if note["name"] == name:
                yield organization, str(note["reason"])
