"""Deleting Alpha so that it is kept, bringing it back, and purging it."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from tenantry.errors import DeletionNotFound, LinkNotFound, ServiceUnavailable
from tenantry.identity import links
from tenantry.lifecycle import deleting, erasing, purging, undoing
from tenantry.lifecycle.receipts.adding import receipts
from tenantry.lifecycle.undoing import Wanted
from tenantry.registry import deletions
from tenantry.registry.organizations.document import OrganizationDocument, organizations
from tenantry.runtime import moments
from tests.faults.configuration import setting
from tests.faults.model import Organization, Refused, State
from tests.faults.operation import Caller, Operation, member_of
from tests.faults.people import ACCOUNTS, GUEST, digest_of, token_of

PURGE_DUE: Final = "purge-due"
_LINK: Final = "undo-deletion"
_PAST: Final = datetime(2020, 1, 1, tzinfo=UTC)


def keep() -> Operation:
    """Delete Alpha, with a week to bring it back."""

    def request(owner: Caller) -> None:
        member = member_of(owner)
        with setting("DELETION_GRACE_DAYS", "7"):
            deleting.delete(member)

    def effect(state: State) -> None:
        try:
            slug, alpha = state.alpha()
        except Refused:
            return
        state.end(slug, alpha)
        state.kept[slug] = deepcopy(alpha)
        state.kept[slug].invitations = {}
        state.kept[slug].offered_to = None
        state.kept[slug].former_slugs = set()
        for person in alpha.owners:
            if state.accounts[person].is_verified:
                state.mails["organization-deleted", person] += 1

    return Operation("delete-and-keep", request, effect)


def undo(operation: str = "undo", wanted: Wanted | None = None) -> Operation:
    """Bring Alpha back, as the operator does: as it was, under another name, or for the guest as well."""
    wanted = wanted or Wanted()

    def request(_: Caller) -> OrganizationDocument:
        deletion = deletions.deletions().find_one()
        kept = deletion or organizations().find_one({"state": "renaming"}) or {"_id": "org_nobody"}
        return undoing.undo(str(kept["_id"]), wanted)

    return Operation(operation, request, partial(_bring_back, wanted, "deletion-not-found"), before=(keep(),))


def undo_under_another_name() -> Operation:
    return undo("undo-under-another-name", Wanted(name="Delta"))


def undo_with_an_owner() -> Operation:
    return undo("undo-with-an-owner", Wanted(owner_id=ACCOUNTS[GUEST]))


def undo_by_link() -> Operation:
    """Bring Alpha back with the link that its owner was mailed."""

    def request(_: Caller) -> OrganizationDocument:
        return undoing.undo_by_link(token_of(_LINK), Wanted())

    def effect(state: State) -> Any:
        if _LINK not in state.links:
            raise Refused("link-not-found")
        return _bring_back(Wanted(), "link-not-found", state)

    return Operation("undo-by-link", request, effect, before=(keep(), _link()))


def _link() -> Operation:
    """Let the owner have been mailed a link whose token everybody here knows."""

    def request(owner: Caller) -> None:
        deletion = deletions.deletions().find_one()
        if deletion is None:
            raise LinkNotFound
        links.links().insert_one(
            {
                "_id": digest_of(_LINK),
                "mail_id": f"mail_{_LINK}",
                "purpose": "undo-deletion",
                "expires_at": moments.now() + timedelta(days=1),
                "account_id": owner().account_id,
                "deletion_id": deletion["deletion_id"],
            }
        )

    def effect(state: State) -> None:
        state.links[_LINK] = ""

    return Operation("link", request, effect)


def _bring_back(wanted: Wanted, refusal: str, state: State) -> Any:
    if not state.kept or state.is_due:
        raise Refused(refusal)
    ((former_slug, alpha),) = state.kept.items()
    slug = wanted.name.lower() if wanted.name else former_slug
    others = {slug for slug, _ in state.named()}
    if slug in others or alpha.owners.isdisjoint(state.holds.get(slug, alpha.owners)):
        raise Refused("organization-exists")
    state.kept.clear()
    state.links.pop(_LINK, None)
    _return(state, slug, alpha, wanted)
    return alpha.name, slug, alpha.metadata


def _return(state: State, slug: str, alpha: Organization, wanted: Wanted) -> None:
    alpha.name = wanted.name or alpha.name
    if wanted.owner_id is not None:
        alpha.roles[GUEST] = "owner"
    state.organizations[slug] = alpha
    state.records["organization.deletion_undone", slug] += 1


def purge() -> Operation:
    """Purge Alpha before it is due, as the operator does."""

    def request(_: Caller) -> None:
        try:
            purging.purge(_kept_id())
        except DeletionNotFound:
            if receipts().find_one() is None and erasing.erasures().find_one() is None:
                raise  # and else it is purged, whoever has done it

    def effect(state: State) -> None:
        if state.kept:
            _purge(state)
        elif not any(action == "organization.erased" for action, *_ in state.records):
            raise Refused("deletion-not-found")

    return Operation("purge", request, effect, before=(keep(),))


def purge_due() -> Operation:
    """Purge what is due, as the reconciler does each time that it comes, until nothing is."""

    def request(_: Caller) -> None:
        list(purging.purge_due())
        if deletions.deletions().find_one({"purge_at": {"$lte": moments.now()}}):
            raise ServiceUnavailable  # one has failed, and is postponed

    def effect(state: State) -> None:
        if state.kept and state.is_due:
            _purge(state)

    return Operation(PURGE_DUE, request, effect, before=(keep(), _link(), _let_be_due()))


def _let_be_due() -> Operation:
    def request(_: Caller) -> None:
        deletions.deletions().update_one({}, {"$set": {"purge_at": _PAST}})

    def effect(state: State) -> None:
        state.is_due = True

    return Operation("let-be-due", request, effect)


def _purge(state: State) -> None:
    ((_, alpha),) = state.kept.items()
    state.kept.clear()
    state.links.pop(_LINK, None)
    state.records["organization.erased", f"{len(alpha.documents)} documents"] += 1


def _kept_id() -> str:
    deletion = deletions.deletions().find_one()
    if deletion is None:
        raise DeletionNotFound
    return deletion["_id"]
