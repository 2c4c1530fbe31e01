"""Deleting Alpha so that it is kept, bringing it back, and purging it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from tenantry.errors import DeletionNotFound
from tenantry.lifecycle import deleting, purging, undoing
from tenantry.lifecycle.receipts.adding import receipts
from tenantry.lifecycle.undoing import Wanted
from tenantry.registry import deletions
from tenantry.registry.organizations.document import OrganizationDocument, organizations
from tenantry.runtime.settings import settings
from tests.faults.model import Refused, State
from tests.faults.operation import Caller, Operation, member_of

_VARIABLE = "DELETION_GRACE_DAYS"


def keep() -> Operation:
    """Delete Alpha, with a week to bring it back."""

    def request(owner: Caller) -> None:
        member = member_of(owner)
        with _grace("7"):
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
        for person in alpha.owners:
            if state.accounts[person].is_verified:
                state.mails["organization-deleted", person] += 1

    return Operation("delete-and-keep", request, effect)


def undo() -> Operation:
    """Bring Alpha back, as the operator does."""

    def request(_: Caller) -> OrganizationDocument:
        deletion = deletions.deletions().find_one()
        kept = deletion or organizations().find_one({"state": "renaming"}) or {"_id": "org_nobody"}
        return undoing.undo(str(kept["_id"]), Wanted())

    def effect(state: State) -> Any:
        if not state.kept:
            raise Refused("deletion-not-found")
        ((slug, alpha),) = state.kept.items()
        if slug in state.organizations or alpha.owners.isdisjoint(state.holds.get(slug, alpha.owners)):
            raise Refused("organization-exists")
        state.kept.clear()
        state.organizations[slug] = alpha
        state.records["organization.deletion_undone", slug] += 1
        return alpha.name, slug, alpha.metadata

    return Operation("undo", request, effect, before=(keep(),))


def purge() -> Operation:
    """Purge Alpha before it is due, as the operator does."""

    def request(_: Caller) -> None:
        try:
            purging.purge(_kept_id())
        except DeletionNotFound:
            if receipts().find_one() is None:
                raise  # and else it is purged, whoever has done it

    def effect(state: State) -> None:
        if not state.kept:
            if any(action == "organization.erased" for action, *_ in state.records):
                return
            raise Refused("deletion-not-found")
        ((_, alpha),) = state.kept.items()
        state.kept.clear()
        state.records["organization.erased", f"{len(alpha.documents)} documents"] += 1

    return Operation("purge", request, effect, before=(keep(),))


def _kept_id() -> str:
    deletion = deletions.deletions().find_one()
    if deletion is None:
        raise DeletionNotFound
    return deletion["_id"]


@contextmanager
def _grace(days: str) -> Iterator[None]:
    before = os.environ.get(_VARIABLE, "0")
    os.environ[_VARIABLE] = days
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ[_VARIABLE] = before
        settings.cache_clear()
