"""What an organization's document says about its indexes: how many are counted, and what is under way.

A change that is noted and not ended was interrupted, so nobody knows whether its index is there.
"""

from datetime import datetime, timedelta
from typing import Final

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from tenantry.errors import (
    CapacityExhausted,
    IndexRefused,
    LimitReached,
    OrganizationNotFound,
    TenantryError,
)
from tenantry.registry import clusters, limits
from tenantry.registry.organizations import finding, moving, pace
from tenantry.registry.organizations.document import OrganizationDocument, is_pooled, organizations, place_of
from tenantry.registry.organizations.embedded import IndexChange
from tenantry.runtime import ids, moments, mongodb

MAX_FOUND: Final = 1_000  # organizations by one look; the next look finds more


def created(organization: OrganizationDocument) -> int:
    """Return how many indexes an organization has created; those of roll-outs are the service's own.

    One that is being created or dropped counts.
    """
    initial = place_of(organization).initial_namespaces
    return max(0, organization.get("namespaces", initial) - initial - _rolled_out(organization))


def begin(organization_id: str, reserved: int, index: str) -> str:
    """Note a change and reserve the namespaces that it may take; return the note's id.

    Parameters
    ----------
    organization_id : str
        Whose index.
    reserved : int
        How many namespaces.
    index : str
        The index's name.

    Raises
    ------
    IndexRefused
        The index belongs to a roll-out; nothing changed.
    LimitReached
        The organization has, or is about to have, as many indexes as it may; nothing changed.
    CapacityExhausted
        The cluster has no room for them; nothing changed.
    OrganizationNotFound
        The organization is deleted.
    ServiceUnavailable
        Its documents are being moved; nothing changed.
    TooManyRequests
        The organization has changed too often; nothing changed.
    """
    now = moments.now()
    note = note_from(now)
    noted: list[mongodb.Document] = [
        {
            "$set": {
                "index_changes": {"$concatArrays": [{"$ifNull": ["$index_changes", []]}, [note]]},
                "namespaces": {"$add": [{"$ifNull": ["$namespaces", 0]}, reserved]},
                **pace.increment(now),
            }
        }
    ]
    expected = {"_id": organization_id, "move": None, "rollouts.indexes": {"$ne": index}}
    _reserve(expected | pace.has_room(now), noted, reserved)
    return note["id"]


def note_from(now: datetime) -> IndexChange:
    """Make the note of a change that begins now."""
    return {"id": ids.random_id("idx"), "created_at": now}


@mongodb.in_transaction
def _reserve(
    session: ClientSession, expected: mongodb.Document, noted: list[mongodb.Document], reserved: int
) -> None:
    changed = _change(expected, noted, session)
    if changed is None:
        raise _refusal(expected["_id"], expected["rollouts.indexes"]["$ne"])
    if reserved:
        _check_limit(changed, session)
        if not clusters.reserve(place_of(changed).cluster, reserved, session):
            raise CapacityExhausted


def _check_limit(reserved: OrganizationDocument, session: ClientSession) -> None:
    """Raise if an organization has too many indexes, counting the one that has just been reserved."""
    limit = limits.current(reserved, "indexes", session)
    use = created(reserved) - 1
    if limit is not None and use >= limit:
        raise LimitReached(
            f"The organization has {use} indexes besides that on _id, and may have {limit}.",
            name="indexes",
            limit=limit,
            use=use,
        )


def _rolled_out(organization: OrganizationDocument) -> int:
    """Count the indexes that roll-outs have made here, which those of a pool share."""
    if is_pooled(organization):
        return 0
    return sum(len(note["made"] or ()) for note in organization.get("rollouts", ()))


def _refusal(organization_id: str, index: str) -> TenantryError:
    present = finding.find(organization_id)
    if present is None:
        return OrganizationNotFound()
    if any(index in note["indexes"] for note in present.get("rollouts", [])):
        return IndexRefused(f"The index {index} is the service's own, and stays as it is.", indexes=[index])
    if not present.get("move"):
        pace.counted(present)
    return moving.refusal()


def end(organization_id: str, note_id: str, released: int, *, is_change: bool = True) -> None:
    """End a change in a transaction of its own; see `end_within`."""
    mongodb.run_transaction(
        lambda session: end_within(session, organization_id, note_id, released, is_change=is_change)
    )


def end_within(
    session: ClientSession, organization_id: str, note_id: str, released: int, *, is_change: bool = True
) -> None:
    """Remove the note of a change and give back namespaces; nothing happens if there is no such note.

    Parameters
    ----------
    session : ClientSession
        Of the transaction that ends it.
    organization_id, note_id : str
        Whose note, from `begin`.
    released : int
        How many of the reserved namespaces the change has not taken.
    is_change : bool
        False if the indexes were as asked already, so that it does not count as a change.
    """
    noted = {"_id": organization_id, "index_changes.id": note_id}
    other_changes = {"$filter": {"input": "$index_changes", "cond": {"$ne": ["$$this.id", note_id]}}}
    ended: list[mongodb.Document] = [
        {
            "$set": {"index_changes": other_changes, "namespaces": {"$subtract": ["$namespaces", released]}}
            | ({} if is_change else pace.decrement())
        },
        {
            "$set": {
                "index_changes": {"$cond": [{"$eq": ["$index_changes", []]}, "$$REMOVE", "$index_changes"]}
            }
        },
    ]
    changed = _change(noted, ended, session)
    if changed is not None and released:
        clusters.release(place_of(changed).cluster, released, session)


def find_interrupted(older_than: timedelta) -> list[OrganizationDocument]:
    """Return the organizations with changes all of which have been under way for longer than a while."""
    before = moments.now() - older_than
    with_changes = organizations().find(
        {"index_changes.created_at": {"$lt": before}}, {"metadata": 0}, limit=MAX_FOUND
    )
    return [
        organization
        for organization in with_changes
        if all(change["created_at"] < before for change in organization["index_changes"])
    ]


@mongodb.in_transaction
def end_all(session: ClientSession, current: OrganizationDocument, namespaces: int) -> bool:
    """Set how many namespaces an organization has and remove its notes, unless it has changed since.

    Parameters
    ----------
    current : OrganizationDocument
        The organization as it was read before they were counted.
    namespaces : int
        How many there are.
    """
    expected = {field: current.get(field) for field in ("_id", "version", "namespaces", "index_changes")}
    counted = {"$set": {"namespaces": namespaces}, "$unset": {"index_changes": ""}}
    changed = _change(expected, counted, session)
    if changed is not None:
        surplus = current.get("namespaces", 0) - namespaces
        clusters.release(place_of(changed).cluster, surplus, session)
    return changed is not None


def _change(
    expected: mongodb.Document, change: mongodb.Document | list[mongodb.Document], session: ClientSession
) -> OrganizationDocument | None:
    return organizations().find_one_and_update(
        expected, change, return_document=ReturnDocument.AFTER, session=session
    )
