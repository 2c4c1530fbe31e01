"""Bringing deleted organizations back, as long as what they had is kept.

One transaction takes the deletion, and inserts the organization with its members: under its id, with a higher
version, and with the intent to give its collection the name that its slug gives. So whoever meets the
organization from then on completes what is left to do, as after any rename.

Members come back whose accounts are still there, as members of other ids. So every token from before stays
dead. Invitations, links and offers of ownership do not come back either.

What has been rolled out since the deletion is not done here, for an index of many documents takes longer than
a request may: the transaction asks for it (`tenantry.lifecycle.rollouts.arriving`).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from tenantry.audit import recording
from tenantry.errors import (
    DeletionNotFound,
    LinkNotFound,
    OrganizationExists,
    ServiceUnavailable,
)
from tenantry.identity import links, members, sessions
from tenantry.identity.accounts import account_epochs
from tenantry.identity.memberships import joining
from tenantry.lifecycle import returning_members, slugs
from tenantry.lifecycle.intents.settling import settle
from tenantry.lifecycle.intents.writing import check_vacated
from tenantry.lifecycle.rollouts import arriving
from tenantry.registry import deletions, name_holds, names
from tenantry.registry.deletions import DeletionDocument
from tenantry.registry.organizations import changing, finding
from tenantry.registry.organizations.document import OrganizationDocument, Place, first_intent
from tenantry.runtime import moments, mongodb
from tenantry.runtime.observability import log_failure
from tenantry.runtime.request_context import Actor
from tenantry.storage import collections, information

NOT_BROUGHT_BACK: Final = frozenset({"former_slugs"})  # fields of the organization's document


@dataclass(frozen=True, slots=True)
class Wanted:
    """Under which name an organization is to come back, and who is to own it besides its former owners.

    Parameters
    ----------
    name : str, optional
        As `tenantry.registry.names.canonical_name` gives it; another name gives another slug. The former one
        if left out.
    slug : str, optional
        As `tenantry.registry.names.check_slug_form` gives it, instead of the one that the name gives.
    owner_id : str, optional
        An account that becomes an owner; needed if the account of no former owner is left.
    """

    name: str | None = None
    slug: str | None = None
    owner_id: str | None = None


def undo(organization_id: str, wanted: Wanted) -> OrganizationDocument:
    """Bring a deleted organization back with all that is kept of it.

    Its former owners may own more organizations afterwards than they may create.

    Parameters
    ----------
    organization_id : str
        Which one.
    wanted : Wanted
        How.

    Returns
    -------
    OrganizationDocument
        The organization; in the state `renaming` if its collection gets its name later.

    Raises
    ------
    DeletionNotFound
        It is not deleted, as when an earlier call has brought it back, or its data are being purged; nothing
        changed.
    OrganizationExists
        Another organization has the slug, or it is held for others; nothing changed.
    OwnerRequired
        The account of no former owner is left, and none is named; nothing changed.
    InvalidFields
        The name gives no slug, the slug is reserved, or there is no account of the owner's id; nothing
        changed.
    ServiceUnavailable
        Its deletion was interrupted, and it may not return to that slug yet; nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown: it is back, or nothing changed; `finding.find` tells, and a repeated call that raises
        DeletionNotFound does not.
    """
    deletion = deletions.find(organization_id)
    if deletion is None:
        if present := finding.find(organization_id):
            settle(present)  # of an undo that was interrupted
        raise DeletionNotFound
    return _bring_back(deletion, wanted, recording.origin())


def undo_by_link(token: str, wanted: Wanted) -> OrganizationDocument:
    """Bring a deleted organization back for a former owner, who got the token by mail.

    Parameters
    ----------
    token, wanted
        As the client sent the token; how.

    Raises
    ------
    LinkNotFound
        The token is none or used, as when an earlier call has brought the organization back, its account or
        the deletion is gone; nothing changed.
    LimitReached
        The account would own more organizations than it may; nothing changed.
    OrganizationExists, OwnerRequired, InvalidFields, ServiceUnavailable, pymongo.errors.PyMongoError
        As of `undo`; the link still works unless the organization is back.
    """
    link = links.find("undo-deletion", token)
    deletion = deletions.find_one(link["deletion_id"])
    if deletion is None:
        raise LinkNotFound
    account_id = link["account_id"]

    def use_link(session: ClientSession) -> None:
        links.take(session, "undo-deletion", token)
        if not account_epochs().find_one({"_id": account_id}, session=session):
            raise LinkNotFound  # of a mail that was sent after the account had ended
        joining.check_owns_no_more(account_id, session)

    try:
        return _bring_back(deletion, wanted, recording.origin(Actor("account", account_id)), use_link)
    except DeletionNotFound:
        raise LinkNotFound from None


def _bring_back(
    deletion: DeletionDocument,
    wanted: Wanted,
    decided_by: dict[str, Any],
    also: Callable[[ClientSession], None] = lambda _: None,
) -> OrganizationDocument:
    """Undo a deletion, and do in its transaction what belongs to it, when the members are back."""
    organization = _organization(deletion, wanted)
    owner_ids = [member["account_id"] for member in deletion["members"] if member["role"] == "owner"]
    try:
        _check_free(deletion, organization, owner_ids)
    except OrganizationExists:
        if _is_over(deletion):
            raise DeletionNotFound from None
        raise
    sessions.end_of_organization(deletion["_id"])  # which are dead already
    undo = _Undo(deletion, organization, wanted.owner_id, decided_by)
    _insert(undo, also)
    with suppress(ServiceUnavailable):
        try:
            return settle(organization) or organization
        except PyMongoError as error:
            log_failure("A collection gets its name later", error, organization_id=organization["_id"])
    return organization


def _organization(deletion: DeletionDocument, wanted: Wanted) -> OrganizationDocument:
    """Return the organization as it is inserted: at rest, or on its way to the name of its collection."""
    former, now = deletion["organization"], moments.now()
    name = wanted.name or former["name"]
    slug = _slug(former, wanted, name)
    kept: OrganizationDocument = {key: value for key, value in former.items() if key not in NOT_BROUGHT_BACK}  # type: ignore[assignment]
    resting: OrganizationDocument = kept | {
        "name": name,
        "folded_name": names.folded(name),
        "slug": slug,
        "slugs": [slug],
        "collection": names.collection_of(slug),
        "state": "active",
        "version": former["version"] + 1,
        "updated_at": now,
        "intent": None,
    }
    if deletion["kind"] == "pooled":
        return resting
    intent = first_intent(resting, deletion["collection_uuid"])
    intent["created_at"] = intent["leased_until"] = now
    return resting | {"state": "renaming", "collection": deletion["collection"], "intent": intent}


def _slug(former: OrganizationDocument, wanted: Wanted, name: str) -> str:
    """Return the slug that the organization gets; its former one it may have again, reserved or not."""
    if wanted.slug is not None:
        return wanted.slug if wanted.slug == former["slug"] else slugs.chosen(wanted.slug)
    return former["slug"] if name == former["name"] else slugs.derive(name)


def _is_over(deletion: DeletionDocument) -> bool:
    """Tell whether another undo, or a purge, has come first."""
    return deletions.find_one(deletion["deletion_id"]) is None


def _check_free(deletion: DeletionDocument, organization: OrganizationDocument, owner_ids: list[str]) -> None:
    """Raise if the organization cannot have its slug, or its collection its name."""
    slugs.check_unused(organization["slug"])
    name_holds.check_return(organization["slug"], organization["_id"], owner_ids)
    if organization["intent"] is not None:
        _check_name(deletion, organization["intent"]["collection"])


def _check_name(deletion: DeletionDocument, collection: str) -> None:
    """Raise if the organization's collection cannot get a name."""
    check_vacated(deletion["organization"], collection)
    place = Place(deletion["cluster"], "collection", collection)
    if information.uuid(place) is not None:
        if not _is_over(deletion):
            collections.log_stray(place)
        raise OrganizationExists


class _Undo(NamedTuple):
    deletion: DeletionDocument
    organization: OrganizationDocument
    owner_id: str | None
    decided_by: dict[str, Any]


@mongodb.in_transaction
def _insert(session: ClientSession, undo: _Undo, also: Callable[[ClientSession], None]) -> None:
    deletion, organization = undo.deletion, undo.organization
    if not deletions.take(deletion, session):
        raise DeletionNotFound
    returning = returning_members.lock(deletion, undo.owner_id, session)
    owner_ids = [member["account_id"] for member in returning if member["role"] == "owner"]
    name_holds.check_return(organization["slug"], organization["_id"], owner_ids, session)
    changing.insert(organization, session)
    arriving.ask_for_current(organization, session)
    members.members().insert_many(returning, session=session)
    also(session)
    links.revoke(session, {"deletion_id": deletion["deletion_id"]})
    details = {"name": organization["name"], "slug": organization["slug"], "account_ids": owner_ids}
    recording.record("organization.deletion_undone", [organization["_id"]], session, details, undo.decided_by)
