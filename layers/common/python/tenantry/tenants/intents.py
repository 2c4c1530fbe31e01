"""Renaming and deleting a tenant's collection: write an intent, carry it out, and complete others' intents.

The process that wrote an intent may die anywhere, so anybody may complete it; but one at a time. A late
`renameCollection` by a second process could take the collection away from an organization that has its old
name back by then: name and UUID would both be as expected. So whoever carries out a rename holds a lease on
it, and its database operations end long before the lease does. A deletion needs none, for a dropped UUID
never comes back.
"""

import time
from datetime import timedelta
from typing import Any, Final, Literal

import pymongo
from pymongo.client_session import ClientSession

from tenantry import accounts, audit, clusters, database, moving, names, organizations
from tenantry.errors import OrganizationExists, ServiceUnavailable
from tenantry.observability import logger
from tenantry.organizations import Intent, OrganizationDocument
from tenantry.tenants import creation, ddl

LEASE: Final = timedelta(seconds=10)
WORK_SECONDS: Final = 5  # of the holder of a lease; the rest allows for clocks that differ
PAUSE_SECONDS: Final = 0.02  # between two looks at a rename that another process carries out
MAX_WAIT_SECONDS: Final = 3


class OvertakenError(Exception):
    """The organization is not as it was read any more; nothing was changed."""


def carry_out(
    current: OrganizationDocument, state: Literal["renaming", "deleting"], target: dict[str, Any]
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
    with pymongo.timeout(WORK_SECONDS):
        intended = organizations.replace(
            current,
            {
                "state": state,
                "intent": _intent(current, target),
                "slugs": sorted({current["slug"], target.get("slug", current["slug"])}),
            },
        )
        if intended is None:
            raise OvertakenError
        return _complete(intended)


def settle(organization: OrganizationDocument) -> OrganizationDocument | None:
    """Return an organization without an intent, completing the one that it carries if nobody is at it.

    Returns
    -------
    OrganizationDocument or None
        The organization at rest, or None if it is deleted.

    Raises
    ------
    ServiceUnavailable
        Another process is at it and takes long, or has died a moment ago; nothing was changed.
    pymongo.errors.PyMongoError
        Outcome unknown; the intent stays until somebody settles it.
    """
    current = settle_collection(organization)
    return _complete(current) if current is not None and current["state"] == "deleting" else current


def settle_collection(organization: OrganizationDocument) -> OrganizationDocument | None:
    """Return an organization whose collection can be used, completing a creation or rename if it must be.

    A deletion stays for those who may write accounts and members.

    Returns
    -------
    OrganizationDocument or None
        The organization at rest or being deleted, or None if it is deleted.

    Raises
    ------
    ServiceUnavailable
        Another process is at it and takes long, or has died a moment ago; nothing was changed.
    pymongo.errors.PyMongoError
        Outcome unknown; the intent stays until somebody settles it.
    """
    current: OrganizationDocument | None = organization
    if organization["state"] == "creating":
        creation.complete(organization)
        current = organizations.find(organization["_id"])
    give_up_at = time.monotonic() + MAX_WAIT_SECONDS
    while current is not None and (current["state"] == "renaming" or moving.is_paused(current)):
        if time.monotonic() > give_up_at:
            raise ServiceUnavailable
        current = _attempt(current)
    return current


def _attempt(organization: OrganizationDocument) -> OrganizationDocument | None:
    """Complete a rename whose lease is free or end a pause that nobody will, or wait a moment.

    Returns
    -------
    OrganizationDocument or None
        The organization as it is then.
    """
    with pymongo.timeout(WORK_SECONDS):
        if moving.is_paused(organization):
            moving.lift(organization)
        elif (leased := organizations.take_lease(organization, LEASE)) is not None:
            try:
                return _complete(leased)
            except OrganizationExists:
                return organizations.find(organization["_id"])  # the intent has been withdrawn
    time.sleep(PAUSE_SECONDS)
    return organizations.find(organization["_id"])


def _intent(current: OrganizationDocument, target: dict[str, Any]) -> Intent:
    slug = target.get("slug", current["slug"])
    if slug != current["slug"]:
        _check_vacated(current, names.collection_of(slug))
    uuid = ddl.collection_uuid(organizations.placement(current))
    if uuid is None:
        if organizations.find(current["_id"]) != current:
            raise OvertakenError
        logger.error("An organization has no collection", organization_id=current["_id"])
        raise ServiceUnavailable
    now = database.now()
    return {
        "collection_uuid": uuid,
        "name": target.get("name", current["name"]),
        "slug": slug,
        "collection": names.collection_of(slug),
        "metadata": target.get("metadata", current["metadata"]),
        "created_at": now,
        "leased_until": now + LEASE,
        "decided_by": audit.origin(),
    }


def _check_vacated(current: OrganizationDocument, collection: str) -> None:
    until = organizations.vacated_until(current, collection)
    if until is not None:
        seconds = int((until - database.now()).total_seconds()) + 1
        raise ServiceUnavailable(
            "A rename that left this name was interrupted, and a late part of it may still arrive. "
            "The organization can have the name again once that is over; see Retry-After.",
            retry_after_seconds=seconds,
        )


def _complete(organization: OrganizationDocument) -> OrganizationDocument | None:
    intent = organization["intent"]
    assert intent is not None, "the states renaming and deleting have an intent"  # noqa: S101
    if organization["state"] == "deleting":
        _delete(organization, intent)
        return None
    return _rename(organization, intent)


def _rename(organization: OrganizationDocument, intent: Intent) -> OrganizationDocument:
    try:
        ddl.rename(organizations.placement(organization), intent)
    except OrganizationExists:
        withdrawn = {"state": "active", "intent": None, "slugs": [organization["slug"]]}
        organizations.replace(organization, withdrawn)
        raise
    except ddl.CollectionElsewhere:
        _check_overtaken(organization)
    final: dict[str, Any] = {
        "name": intent["name"],
        "slug": intent["slug"],
        "slugs": [intent["slug"]],
        "collection": intent["collection"],
        "metadata": intent["metadata"],
        "state": "active",
        "updated_at": intent["created_at"],
        "intent": None,
    }

    def attempt(session: ClientSession) -> None:
        replaced = organizations.replace(organization, final, session)
        if replaced is not None and "decided_by" in intent:
            _record("organization.renamed", organization, audit.changes(organization, intent), session)

    # All that is written was decided with the intent, so the outcome is this even if another was first.
    database.run_transaction(attempt)
    return organization | final | {"version": organization["version"] + 1}  # type: ignore[return-value]


def _delete(organization: OrganizationDocument, intent: Intent) -> None:
    place, uuid = organizations.placement(organization), intent["collection_uuid"]
    assert uuid is not None, "what is deleted has been created"  # noqa: S101
    try:
        ddl.drop(place, uuid)
    except ddl.CollectionElsewhere:
        _check_overtaken(organization)

    def attempt(session: ClientSession) -> None:
        removed = organizations.remove(organization, session)
        if removed:
            accounts.remove_members(organization["_id"], session)
            clusters.release(place.cluster, removed.get("namespaces", 0), session)
            names_of_it = {"name": organization["name"], "slug": organization["slug"]}
            _record("organization.deleted", organization, names_of_it, session)

    database.run_transaction(attempt)


def _record(
    action: audit.Action, organization: OrganizationDocument, details: dict[str, Any], session: ClientSession
) -> None:
    intent = organization["intent"]
    decided_by = intent.get("decided_by") if intent else None
    audit.record(action, [organization["_id"]], session, details, decided_by)


def _check_overtaken(organization: OrganizationDocument) -> None:
    """Return if another process has completed the intent and the organization has moved on since.

    Raises
    ------
    ServiceUnavailable
        The intent stands, but its collection was taken away from outside; an operator must look.
    """
    current = organizations.find(organization["_id"])
    if current is not None and current["version"] == organization["version"]:
        logger.error("A collection is not where its intent expects it", organization_id=organization["_id"])
        raise ServiceUnavailable
