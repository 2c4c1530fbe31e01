"""Counting an organization's indexes against what its cluster takes.

The namespace of an index is reserved before the index is created, and given back once it is dropped or was
refused. The organization's document notes each change that is under way; so where a process died, or nobody
knows the outcome, the note stays, and the reconciler counts the indexes that there are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from pymongo.errors import OperationFailure, WriteConcernError

from tenantry.errors import TenantryError
from tenantry.registry.organizations import index_changes
from tenantry.registry.organizations.document import OrganizationDocument, place_of
from tenantry.runtime import server_errors
from tenantry.runtime.mongodb import Document
from tenantry.storage.opening import open_place


@dataclass(slots=True)
class Reservation:
    """The namespace of an index that is about to be created; given back unless it is used."""

    is_used: bool = False

    def used_by(self, reply: Document) -> int:
        """Use it if the reply to a creation says that there was no such index; return how many there are.

        A creation may be repeated, and the repetition finds the index there.
        """
        self.is_used |= reply["numIndexesBefore"] < reply["numIndexesAfter"]
        return int(reply["numIndexesAfter"])


@contextmanager
def creating(organization_id: str, index: str) -> Iterator[Reservation]:
    """Reserve the namespace of an index, by its name, within a `with` block that creates it.

    Raises
    ------
    IndexRefused
        The index belongs to a roll-out; nothing changed.
    LimitReached, CapacityExhausted
        The organization, or the cluster, has as many as it may; nothing changed.
    OrganizationNotFound
        The organization is deleted.
    ServiceUnavailable
        Its documents are being moved; nothing changed.
    TooManyRequests
        The organization has changed too often; nothing changed.
    """
    change = index_changes.begin(organization_id, 1, index)
    reservation = Reservation()
    try:
        yield reservation
    except (OperationFailure, TenantryError) as error:
        if _is_definite(error):
            index_changes.end(organization_id, change, 1)
        raise
    index_changes.end(organization_id, change, 0 if reservation.is_used else 1, is_change=reservation.is_used)


@contextmanager
def dropping(organization_id: str, index: str) -> Iterator[None]:
    """Give the namespace of an index back, by its name, behind a `with` block that drops it.

    Raises
    ------
    IndexRefused
        The index belongs to a roll-out; nothing changed.
    OrganizationNotFound
        The organization is deleted.
    ServiceUnavailable
        Its documents are being moved; nothing changed.
    TooManyRequests
        The organization has changed too often; nothing changed.
    """
    change = index_changes.begin(organization_id, 0, index)
    try:
        yield
    except (OperationFailure, TenantryError) as error:
        if _is_definite(error):
            index_changes.end(organization_id, change, 0, is_change=not _is_missing(error))
        raise
    index_changes.end(organization_id, change, 1)


def _is_missing(error: OperationFailure | TenantryError) -> bool:
    return isinstance(error, OperationFailure) and error.code == server_errors.INDEX_NOT_FOUND


def _is_definite(error: OperationFailure | TenantryError) -> bool:
    is_unknown = isinstance(error, OperationFailure) and (
        error.timeout or isinstance(error, WriteConcernError)
    )
    return not is_unknown


def recount(older_than: timedelta) -> list[str]:
    """Count the indexes of organizations whose changes nobody has ended for a while.

    Returns
    -------
    list of str
        The organizations that are counted.
    """
    interrupted = index_changes.find_interrupted(older_than)
    return [organization["_id"] for organization in interrupted if recount_one(organization)]


def recount_one(organization: OrganizationDocument) -> bool:
    """Count the indexes of an organization whose changes nobody ends; tell whether it is as it was read."""
    storage = open_place(place_of(organization), organization["_id"])
    return index_changes.end_all(organization, storage.count_namespaces())
