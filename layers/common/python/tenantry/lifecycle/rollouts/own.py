"""The own collection of an organization that a roll-out changes, by its identity.

The organization may be renamed, moved, suspended or deleted at any moment. So a note in its document bars
moves and other changes of its indexes, and every command names the UUID of the collection that was the
organization's after the note was made.
"""

from functools import partial
from typing import NamedTuple
from uuid import UUID

from tenantry.errors import ServiceUnavailable
from tenantry.lifecycle.intents.settling import settle
from tenantry.registry.organizations import finding, rolled_out
from tenantry.registry.organizations.document import OrganizationDocument, Place, place_of
from tenantry.registry.organizations.rolled_out import Begun, Busy
from tenantry.storage import collections, index_reservations
from tenantry.storage.collections import CollectionElsewhere
from tenantry.storage.indexes import CollectionIndexes
from tenantry.storage.opening import open_place


class Opened(NamedTuple):
    """An organization's own collection, and its indexes."""

    place: Place
    uuid: UUID
    indexes: CollectionIndexes


def settled(organization_id: str, rollout: str) -> OrganizationDocument:
    """Return an organization at rest, for the process that works on a roll-out.

    Raises
    ------
    Busy
        It is being moved or deleted, or is gone.
    """
    present = finding.find(organization_id)
    try:
        organization = settle(present, deletion=False) if present is not None else None
    except ServiceUnavailable:  # another process is completing a rename
        raise Busy from None
    if organization is None or organization["state"] != "active" or organization.get("move"):
        raise Busy
    if rolled_out.is_interrupted(organization, rollout):
        index_reservations.recount_one(organization)
        return finding.find(organization_id) or organization
    return organization


def opened(begun: Begun) -> Opened:
    """Open the collection of an organization where a roll-out has begun.

    Raises
    ------
    CollectionElsewhere
        The organization has changed meanwhile.
    """
    organization = begun.organization
    storage = open_place(place_of(organization), organization["_id"])
    with storage.changing_indexes(partial(check_unchanged, organization)) as indexes:
        if not isinstance(indexes, CollectionIndexes):
            raise CollectionElsewhere
        return Opened(storage.place, indexes.uuid, indexes)


def check_unchanged(before: OrganizationDocument) -> None:
    """Raise CollectionElsewhere if an organization is not as it was read."""
    present = finding.find(before["_id"])
    if present is None or present["version"] != before["version"] or present["state"] != "active":
        raise CollectionElsewhere


def names_at(place: Place) -> set[str]:
    """Return the names of a collection's indexes."""
    return {str(index["name"]) for index in collections.at(place).list_indexes()}
