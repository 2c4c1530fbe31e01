"""Changing the name, slug and metadata of organizations."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import pymongo
from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.errors import InvalidFields, InvalidToken, OrganizationExists, PreconditionFailed
from tenantry.identity.members import Membership
from tenantry.lifecycle import slugs
from tenantry.lifecycle.intents import completion
from tenantry.lifecycle.intents.writing import write_intent
from tenantry.lifecycle.overtaking import until_not_overtaken
from tenantry.registry import name_holds, names
from tenantry.registry.organizations import changing, former_slugs, moving, pace
from tenantry.registry.organizations.document import METADATA_MAX_KEYS, OrganizationDocument, is_pooled
from tenantry.runtime import moments, mongodb
from tenantry.runtime.observability import count


@dataclass(frozen=True, slots=True)
class Changes:
    """What to change about an organization; what is None stays.

    Parameters
    ----------
    name : str, optional
        As `tenantry.registry.names.canonical_name` gives it; another name gives another slug.
    slug : str, optional
        As `tenantry.registry.names.check_slug_form` gives it, instead of the one that the name gives.
    metadata : dict, optional
        Properties to set; None removes one (RFC 7396).
    """

    name: str | None = None
    slug: str | None = None
    metadata: dict[str, Any] | None = None


def update(
    membership: Membership, changes: Changes, holds: Callable[[int | None], bool]
) -> OrganizationDocument:
    """Change an organization's name, slug or metadata; a changed slug renames its collection.

    Parameters
    ----------
    membership : Membership
        The caller's; its organization as it was read.
    changes : Changes
        What to change.
    holds : callable
        Tells whether the request's precondition holds for a version.

    Raises
    ------
    PreconditionFailed, OrganizationExists, InvalidFields
        Nothing changed.
    InvalidToken
        The organization has been deleted meanwhile.
    TooManyRequests
        The organization has been changed too often; nothing changed.
    ServiceUnavailable
        Others changed the organization again and again; nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown: all or nothing once the intent is settled.
    """
    change = partial(_change_if, holds, changes, membership.account_id)
    return until_not_overtaken(membership.organization, change)


def _change_if(
    holds: Callable[[int | None], bool],
    changes: Changes,
    account_id: str,
    current: OrganizationDocument | None,
) -> OrganizationDocument:
    if current is None:
        raise InvalidToken
    if not holds(current["version"]):
        raise PreconditionFailed
    return _change(current, _target(current, changes), account_id)


def _target(current: OrganizationDocument, changes: Changes) -> dict[str, Any]:
    """Name, slug and metadata after the changes."""
    name = changes.name or current["name"]
    slug = _slug(current, changes, name)
    merged = current["metadata"] | (changes.metadata or {})
    metadata = {key: value for key, value in merged.items() if value is not None}
    if len(metadata) > METADATA_MAX_KEYS:
        raise InvalidFields.of("metadata", f"would hold more than {METADATA_MAX_KEYS} keys")
    return {"name": name, "slug": slug, "metadata": metadata}


def _slug(current: OrganizationDocument, changes: Changes, name: str) -> str:
    """Return the slug after the changes; one that it holds already it may keep, reserved or not."""
    if changes.slug is not None:
        return changes.slug if changes.slug == current["slug"] else slugs.chosen(changes.slug)
    return current["slug"] if name == current["name"] else slugs.derive(name)


def _change(current: OrganizationDocument, target: dict[str, Any], account_id: str) -> OrganizationDocument:
    """Bring an active organization to the target, at the wish of an account."""
    if all(current[field] == value for field, value in target.items()):  # type: ignore[literal-required]
        return current
    counted = pace.counted(current)
    if target["slug"] == current["slug"]:
        return _replace(current, target | counted, "organization.changed")
    return _rename(current, target, counted, account_id)


def _rename(
    current: OrganizationDocument, target: dict[str, Any], counted: dict[str, datetime], account_id: str
) -> OrganizationDocument:
    try:
        if former_slugs.find(current, target["slug"]) is None:  # to which it may return at any time
            slugs.check_free(target["slug"], account_id, besides=current["_id"])
        if current.get("move"):
            raise moving.refusal()
        exchange = _exchange(current, target["slug"], account_id)
        former = former_slugs.after_rename(current, target["slug"])
        if is_pooled(current):
            derived = {"slugs": [target["slug"]], "collection": names.collection_of(target["slug"])}
            if former or "former_slugs" in current:
                derived |= former_slugs.fields(target["slug"], former)
            return _replace(current, target | derived | counted, "organization.renamed", exchange)
        target |= {"former_slugs": former} if former or "former_slugs" in current else {}
        with pymongo.timeout(completion.WORK_SECONDS):
            intended = write_intent(current, "renaming", target, counted, exchange)
            return completion.complete_rename(intended)
    except OrganizationExists:
        pace.charge_taken_name(current["_id"])
        count("NameTaken")
        raise


def _exchange(
    current: OrganizationDocument, slug: str, account_id: str
) -> Callable[[ClientSession], None] | None:
    return partial(slugs.exchange, current, slug, account_id) if name_holds.are_kept() else None


@mongodb.in_transaction
def _replace(
    session: ClientSession,
    current: OrganizationDocument,
    changes: dict[str, Any],
    action: recording.Action,
    also: Callable[[ClientSession], None] | None = None,
) -> OrganizationDocument:
    changed = changing.replace(current, changes | {"updated_at": moments.now()}, session)
    if also is not None:
        also(session)
    recording.record(action, [current["_id"]], session, recording.changes(current, changed))
    return changed
