"""Processes that die in the middle of a rename or deletion."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal

from tenantry.lifecycle.intents import completion, writing
from tenantry.registry import deletions
from tenantry.registry.organizations import changing, finding, former_slugs
from tenantry.registry.organizations.document import OrganizationDocument, place_of
from tenantry.runtime import moments
from tenantry.storage import collections
from tests.support.databases import Databases

Crash = Callable[[OrganizationDocument], None]
OVER = timedelta(seconds=-1)


def stored(organization_id: str) -> OrganizationDocument:
    organization = finding.find(organization_id)
    assert organization is not None
    return organization


def intend_rename(organization_id: str, name: str, lease: timedelta = OVER) -> OrganizationDocument:
    """Write the intent of a rename, and no more."""
    current, slug = stored(organization_id), name.lower()
    target: dict[str, Any] = {"name": name, "slug": slug, "metadata": current["metadata"]}
    former = former_slugs.after_rename(current, slug)
    target |= {"former_slugs": former} if former or "former_slugs" in current else {}
    return _intend(organization_id, "renaming", target, lease)


def intend_deletion(organization_id: str, purge_at: datetime | None = None) -> OrganizationDocument:
    """Write the intent of a deletion, and no more; of one that keeps the collection if there is a moment."""
    target = {"collection": deletions.draw_collection(), "purge_at": purge_at} if purge_at else {}
    return _intend(organization_id, "deleting", target, OVER)


def _intend(
    organization_id: str, state: Literal["renaming", "deleting"], target: dict[str, Any], lease: timedelta
) -> OrganizationDocument:
    current = stored(organization_id)
    intent = writing._intent(current, target)
    intent["leased_until"] = intent["created_at"] + lease
    slugs = sorted({*current["slugs"], intent["slug"]})
    return changing.replace(current, {"state": state, "intent": intent, "slugs": slugs})


def complete(intended: OrganizationDocument) -> None:
    """Do what an intent says, as if this process had the lease of it."""
    if intended["state"] == "renaming":
        completion.complete_rename(intended)
    else:
        completion.complete_deletion(intended)


def only_intent(intended: OrganizationDocument) -> None:
    """The process died before the collection was touched."""


def collection_done(intended: OrganizationDocument) -> None:
    """The process died before the metadata were touched."""
    intent = intended["intent"]
    assert intent is not None
    if intended["state"] == "renaming" or "purge_at" in intent:
        collections.rename(place_of(intended), intent)
    else:
        assert intent["collection_uuid"] is not None
        collections.drop(place_of(intended), intent["collection_uuid"])


def let_connections_end(databases: Databases) -> None:
    """Let the time run out in which a command of an interrupted rename may still arrive."""
    for collection, field in (("organizations", "vacated"), ("deletions", "organization.vacated")):
        databases.master[collection].update_many(
            {field: {"$exists": True}}, {"$set": {f"{field}.$[].until": moments.now()}}
        )
