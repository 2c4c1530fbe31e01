"""The operations on Alpha's members and its ownership."""

from typing import Final

from tenantry.identity.memberships import changing, ownership
from tenantry.identity.memberships.changing import Conditions
from tenantry.identity.roles import Role, is_at_least
from tests.faults.model import Organization, Refused, State
from tests.faults.operation import Caller, Operation, member_of
from tests.faults.people import COLLEAGUE, IN_ALPHA, MEMBERS, NEWCOMER, OWNER, colleague_in_alpha

_FREE: Final = Conditions(lambda _: True, has_recent_login=True)


def change_role(operation: str, role: Role) -> Operation:
    """Give the colleague another role, as Alpha's owner."""

    def request(owner: Caller) -> None:
        changing.change_role(member_of(owner), MEMBERS[COLLEAGUE], role, _FREE)

    def effect(state: State) -> None:
        _, alpha = state.alpha()
        present = _changeable(alpha)
        if present == role:
            return
        alpha.roles[COLLEAGUE] = role
        if role == "owner" and alpha.offered_to == COLLEAGUE:
            alpha.offered_to = None
        state.records["member.role_changed",] += 1

    return Operation(operation, request, effect)


def remove_member() -> Operation:
    """Remove the colleague, as Alpha's owner."""

    def request(owner: Caller) -> None:
        changing.remove(member_of(owner), MEMBERS[COLLEAGUE], _FREE)

    def effect(state: State) -> None:
        _, alpha = state.alpha()
        _changeable(alpha)
        _remove(state, alpha)
        state.records["member.removed",] += 1

    return Operation("remove-member", request, effect)


def _changeable(alpha: Organization) -> str:
    """Return the colleague's role, which Alpha's owner may change, unless it is an owner no more."""
    if COLLEAGUE not in alpha.roles:
        raise Refused("member-not-found")
    if not is_at_least(alpha.roles[OWNER], alpha.roles[COLLEAGUE]):  # type: ignore[arg-type]
        raise Refused("role-too-low")
    return alpha.roles[COLLEAGUE]


def _remove(state: State, alpha: Organization) -> None:
    if alpha.owners == {COLLEAGUE}:
        raise Refused("last-owner")
    state.leave(COLLEAGUE)


def leave() -> Operation:
    """Leave Alpha, as the colleague."""

    def request(_: Caller) -> None:
        changing.remove(colleague_in_alpha(), MEMBERS[COLLEAGUE], _FREE)

    def effect(state: State) -> None:
        _, alpha = state.alpha()
        if IN_ALPHA not in state.sessions:
            raise Refused("gone")
        _remove(state, alpha)
        state.records["member.left",] += 1

    return Operation("leave", request, effect)


def accept_ownership() -> Operation:
    """Become Alpha's owner, as the colleague to whom it is offered."""

    def request(_: Caller) -> None:
        ownership.accept(colleague_in_alpha())

    def effect(state: State) -> None:
        _, alpha = state.alpha()
        if IN_ALPHA not in state.sessions:
            raise Refused("gone", "transfer-not-found")  # if it was removed meanwhile
        if alpha.offered_to != COLLEAGUE:
            raise Refused("transfer-not-found")
        alpha.roles |= {COLLEAGUE: "owner", OWNER: "admin"}
        alpha.offered_to = None
        state.records["ownership.transferred",] += 1

    return Operation("accept-ownership", request, effect)


def offer_ownership() -> Operation:
    """Offer Alpha to the newcomer, as its owner, in the place of the offer to the colleague."""

    def request(owner: Caller) -> bool:
        return ownership.offer(member_of(owner), MEMBERS[NEWCOMER]).is_created

    def effect(state: State) -> bool:
        _, alpha = state.alpha()
        _check_owner(alpha)
        is_created = alpha.offered_to is None
        alpha.offered_to = NEWCOMER
        state.records["ownership.offered",] += 1
        return is_created

    return Operation("offer-ownership", request, effect)


def withdraw_ownership() -> Operation:
    """Take the offer of Alpha back, as its owner."""

    def request(owner: Caller) -> None:
        ownership.withdraw(member_of(owner))

    def effect(state: State) -> None:
        _, alpha = state.alpha()
        _end_offer(alpha)
        _check_owner(alpha)
        state.records["ownership.withdrawn",] += 1

    return Operation("withdraw-ownership", request, effect)


def decline_ownership() -> Operation:
    """Decline Alpha, as the colleague to whom it is offered."""

    def request(_: Caller) -> None:
        ownership.withdraw(colleague_in_alpha())

    def effect(state: State) -> None:
        _, alpha = state.alpha()
        if IN_ALPHA not in state.sessions:
            raise Refused("gone", "transfer-not-found")  # if it was removed meanwhile
        _end_offer(alpha)
        state.records["ownership.declined",] += 1

    return Operation("decline-ownership", request, effect)


def _check_owner(alpha: Organization) -> None:
    if alpha.roles[OWNER] != "owner":
        raise Refused("role-too-low")


def _end_offer(alpha: Organization) -> None:
    if alpha.offered_to is None:
        raise Refused("transfer-not-found")
    alpha.offered_to = None
