"""Inserting, changing and removing organizations."""

from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from tenantry.errors import OrganizationExists
from tenantry.registry import names
from tenantry.registry.organizations.document import OrganizationDocument, organizations
from tenantry.registry.organizations.embedded import StoredSize
from tenantry.runtime import moments


class Overtaken(Exception):
    """The organization has been changed since it was read; nothing was changed on the strength of that."""


def insert(document: OrganizationDocument, session: ClientSession) -> None:
    """Insert an organization within a transaction.

    Raises
    ------
    OrganizationExists
        Another organization holds the slug or is moving to it; the transaction is aborted.
    """
    try:
        organizations().insert_one(document, session=session)
    except DuplicateKeyError:
        raise OrganizationExists from None


def replace(
    current: OrganizationDocument, changes: dict[str, Any], session: ClientSession | None = None
) -> OrganizationDocument:
    """Change an organization by compare-and-set on its version and state; the version grows by one.

    Parameters
    ----------
    current : OrganizationDocument
        The organization as it was read.
    changes : dict
        Fields to set.
    session : ClientSession, optional
        Of the transaction that the change belongs to, which an error aborts.

    Returns
    -------
    OrganizationDocument
        The organization after the change.

    Raises
    ------
    Overtaken
        Another change came first; nothing changed.
    OrganizationExists
        The change reserves a slug that another organization holds; nothing changed.
    """
    changes = derived(changes)
    expected = {"_id": current["_id"], "version": current["version"], "state": current["state"]}
    if "changes_until" in changes:  # which changes of indexes count in, too, without a version
        expected["changes_until"] = current.get("changes_until")
    try:
        changed = organizations().find_one_and_update(
            expected,
            {"$set": changes | {"version": current["version"] + 1}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
    except DuplicateKeyError:
        raise OrganizationExists from None
    if changed is None:
        raise Overtaken
    return changed


def derived(changes: dict[str, Any]) -> dict[str, Any]:
    """Return changes together with what follows from them."""
    return changes | ({"folded_name": names.folded(changes["name"])} if "name" in changes else {})


def activate(organization_id: str) -> None:
    """Make an organization active whose collection has been created; its version stays."""
    organizations().update_one(
        {"_id": organization_id, "state": "creating"}, {"$set": {"state": "active", "intent": None}}
    )


def suspend(organization_id: str, session: ClientSession) -> bool:
    """Suspend an organization within a transaction; tell whether it was there and not suspended."""
    suspended = organizations().update_one(
        {"_id": organization_id, "suspended_at": None},
        {"$set": {"suspended_at": moments.now()}},
        session=session,
    )
    return suspended.matched_count == 1


def reactivate(organization_id: str, session: ClientSession) -> bool:
    """End an organization's suspension within a transaction; tell whether it was there and suspended."""
    reactivated = organizations().update_one(
        {"_id": organization_id, "suspended_at": {"$ne": None}},
        {"$unset": {"suspended_at": ""}},
        session=session,
    )
    return reactivated.matched_count == 1


def note_removed(current: OrganizationDocument, size: StoredSize) -> None:
    """Note in the intent to delete an organization what it has, unless that is noted; its version stays."""
    expected = {"_id": current["_id"], "version": current["version"], "intent.removed": None}
    organizations().update_one(expected, {"$set": {"intent.removed": size}})


def remove(current: OrganizationDocument, session: ClientSession) -> OrganizationDocument:
    """Remove an organization that is still at this version, and return it.

    Raises
    ------
    Overtaken
        Another change came first, or it is removed already; nothing changed.
    """
    expected = {"_id": current["_id"], "version": current["version"]}
    removed = organizations().find_one_and_delete(expected, session=session)
    if removed is None:
        raise Overtaken
    return removed
