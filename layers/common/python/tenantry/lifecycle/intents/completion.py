"""Completing an intent: rename or drop the collection, then change the metadata.

The process that wrote an intent may die anywhere, so any process may complete it, but only one at a time. A
late `renameCollection` by a second process could take the collection away from an organization that has its
old name back by then: name and UUID would both be as expected. So whoever completes a rename holds a lease on
it, and its database operations end long before the lease does. The same holds for a deletion that keeps the
collection, which may come back. A deletion for good needs no lease, for a dropped UUID never does.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from tenantry.audit import recording
from tenantry.errors import OrganizationExists, ServiceUnavailable
from tenantry.lifecycle import ending
from tenantry.lifecycle.receipts import adding as receipts
from tenantry.lifecycle.receipts.adding import Erased
from tenantry.registry import clusters
from tenantry.registry.organizations import changing, finding, former_slugs
from tenantry.registry.organizations.changing import Overtaken
from tenantry.registry.organizations.document import OrganizationDocument, place_of
from tenantry.registry.organizations.embedded import Intent
from tenantry.runtime import mongodb
from tenantry.runtime.observability import logger
from tenantry.storage import barrier, collections, measuring

LEASE: Final = timedelta(seconds=10)
WORK_SECONDS: Final = 5  # of the holder of a lease; the rest allows for clocks that differ


def complete_rename(organization: OrganizationDocument) -> OrganizationDocument:
    """Rename an organization as its intent says; doing it twice changes nothing.

    Parameters
    ----------
    organization : OrganizationDocument
        The organization with its intent, of which the caller has the lease.

    Returns
    -------
    OrganizationDocument
        The organization after the rename.

    Raises
    ------
    OrganizationExists
        A collection has the name already; the intent has been withdrawn and nothing was changed.
    ServiceUnavailable
        The collection was taken away from outside; the intent stays, and an operator must look.
    pymongo.errors.PyMongoError
        Outcome unknown; the intent stays until somebody settles it.
    """
    intent = organization["intent"]
    assert intent is not None, "the state renaming has an intent"  # noqa: S101
    try:
        collections.rename(place_of(organization), intent)
    except OrganizationExists:
        kept = organization.get("former_slugs", [])
        slugs = former_slugs.fields(organization["slug"], kept)["slugs"]
        withdrawn = {"state": "active", "intent": None, "slugs": slugs}
        with suppress(Overtaken):  # another process has withdrawn it
            changing.replace(organization, withdrawn)
        raise
    except collections.CollectionElsewhere:
        _check_overtaken(organization)
    changes: dict[str, Any] = {
        "name": intent["name"],
        "slug": intent["slug"],
        "slugs": [intent["slug"]],
        **_former_slugs(intent),
        "collection": intent["collection"],
        "metadata": intent["metadata"],
        "state": "active",
        "updated_at": intent["created_at"],
        "intent": None,
    }
    final = changing.derived(changes)
    with suppress(Overtaken):  # another process has completed it, with the same result
        _replace_renamed(organization, intent, final)
    return organization | final | {"version": organization["version"] + 1}  # type: ignore[return-value]


def _former_slugs(intent: Intent) -> dict[str, Any]:
    return former_slugs.fields(intent["slug"], intent["former_slugs"]) if "former_slugs" in intent else {}


@mongodb.in_transaction
def _replace_renamed(
    session: ClientSession, organization: OrganizationDocument, intent: Intent, final: dict[str, Any]
) -> None:
    changing.replace(organization, final, session)
    if "decided_by" in intent:
        changes, decided_by = recording.changes(organization, intent), intent["decided_by"]
        recording.record("organization.renamed", [organization["_id"]], session, changes, decided_by)


def complete_deletion(organization: OrganizationDocument) -> None:
    """Delete an organization as its intent says; doing it twice changes nothing.

    Parameters
    ----------
    organization : OrganizationDocument
        The organization with its intent; if that keeps the collection, the caller has the lease.

    Raises
    ------
    ServiceUnavailable
        The collection was taken away from outside; the intent stays, and an operator must look.
    pymongo.errors.PyMongoError
        Outcome unknown; the intent stays until somebody settles it.
    """
    intent = organization["intent"]
    assert intent is not None, "the state deleting has an intent"  # noqa: S101
    assert intent["collection_uuid"] is not None, "what is deleted has been created"  # noqa: S101
    place, is_kept = place_of(organization), "purge_at" in intent
    if not is_kept:
        _note_size(organization, intent)
    try:
        if is_kept:
            collections.rename(place, intent)
        else:
            collections.drop(place, intent["collection_uuid"])
    except collections.CollectionElsewhere:
        _check_overtaken(organization)
    with suppress(Overtaken):  # another process has completed it
        (_set_aside if is_kept else _end)(organization)


def _note_size(organization: OrganizationDocument, intent: Intent) -> None:
    """Note in the intent, before anything is removed, how much there is; the first look counts.

    The barrier lets a write that is about to commit be counted, unless it takes long.
    """
    if "removed" not in intent:
        place = place_of(organization)
        with suppress(OperationFailure):  # the collection is gone, or this function may not ask
            barrier.wait(place)
        changing.note_removed(organization, measuring.measure(place, organization["_id"]).stored())


@mongodb.in_transaction
def _end(session: ClientSession, organization: OrganizationDocument) -> None:
    ended = ending.end(organization, session)
    place, intent = place_of(ended), ended["intent"]
    assert intent is not None, "the state deleting has an intent"  # noqa: S101
    erased = Erased(
        organization_id=ended["_id"],
        size=intent.get("removed"),
        cluster=place.cluster,
        kind=place.kind,
        deleted_at=intent["created_at"],
        decided_by=intent.get("decided_by"),
    )
    receipts.add(erased, session)
    clusters.release(place.cluster, ended.get("namespaces", 0), session)


@mongodb.in_transaction
def _set_aside(session: ClientSession, organization: OrganizationDocument) -> None:
    intent = organization["intent"]
    assert intent is not None, "the state deleting has an intent"  # noqa: S101
    place = place_of(organization)._replace(collection=intent["collection"])
    ending.set_aside(organization, place, intent["collection_uuid"], intent["purge_at"], session)


def is_kept_by_deletion(organization: OrganizationDocument) -> bool:
    """Tell whether an organization is being deleted in such a way that it can be brought back."""
    return organization["state"] == "deleting" and "purge_at" in (organization["intent"] or {})


def _check_overtaken(organization: OrganizationDocument) -> None:
    """Return if another process has completed the intent and the organization has moved on since.

    Raises
    ------
    ServiceUnavailable
        The intent stands, but its collection was taken away from outside; an operator must look.
    """
    current = finding.find(organization["_id"])
    if current is not None and current["version"] == organization["version"]:
        logger.error("A collection is not where its intent expects it", organization_id=organization["_id"])
        raise ServiceUnavailable
