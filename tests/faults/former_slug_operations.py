"""The slug that Alpha has left and that still names it: it is released, or its time is over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from tenantry.errors import InvalidToken
from tenantry.lifecycle import former_slugs
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import organizations
from tests.faults.configuration import setting
from tests.faults.model import Refused, State
from tests.faults.operation import Caller, Operation, member_of

_SLUG: Final = "alpha"
_PAST: Final = datetime(2020, 1, 1, tzinfo=UTC)


def leave_slug(rename: Operation) -> Operation:
    """Rename Alpha so that the slug that it leaves names it as well."""

    def request(owner: Caller) -> object:
        with setting("FORMER_SLUG_DAYS", "30"):
            return rename.request(owner)

    def effect(state: State) -> object:
        answer = rename.effect(state)
        _, alpha = state.alpha()
        alpha.former_slugs.add(_SLUG)
        return answer

    return replace(rename, name="leave-slug", request=request, effect=effect)


def release(*before: Operation) -> Operation:
    """Release the slug, as Alpha's owner; the owners alone may take it for a while."""

    def request(owner: Caller) -> None:
        organization = finding.find(member_of(owner).organization_id)
        if organization is None:
            raise InvalidToken
        former_slugs.release(organization, _SLUG)

    def effect(state: State) -> None:
        try:
            _, alpha = state.alpha()
        except Refused:
            raise Refused("gone", "former-slug-not-found") from None  # if it was found and then deleted
        _release(state)
        state.holds[_SLUG] = alpha.owners

    return Operation("release-slug", request, effect, before=before)


def release_to_all(*before: Operation) -> Operation:
    """Release the slug to anybody, as the operator."""

    def request(_: Caller) -> None:
        former_slugs.release_to_all(_SLUG)

    def effect(state: State) -> None:
        _release(state)
        state.holds.pop(_SLUG, None)

    return Operation("release-slug-to-all", request, effect, before=before)


def _release(state: State) -> None:
    for organization in state.organizations.values():
        if _SLUG in organization.former_slugs:
            organization.former_slugs.remove(_SLUG)
            state.records["organization.slug_released", _SLUG] += 1
            return
    raise Refused("former-slug-not-found")


def expire(*before: Operation) -> Operation:
    """Remove the slug once its time is over, as the reconciler does."""
    request: Callable[[Caller], None] = lambda _: former_slugs.drop_all_expired()  # noqa: E731
    return Operation("expire-slugs", request, lambda _: None, before=(*before, _let_be_over()))


def _let_be_over() -> Operation:
    """Let the time be over, from when on the slug names Alpha no more, whether or not it is removed."""

    def request(_: Caller) -> None:
        over = {"$set": {"former_slugs.$[].until": _PAST}}
        organizations().update_one({"former_slugs": {"$exists": True}}, over)

    def effect(state: State) -> None:
        _, alpha = state.alpha()
        alpha.former_slugs.clear()

    return Operation("let-be-over", request, effect)
