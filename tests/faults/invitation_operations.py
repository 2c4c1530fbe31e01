"""The operations on invitations to Alpha."""

from typing import Final

from tenantry.identity.invitations import accepting, inviting
from tests.faults.model import Account, Organization, Refused, State
from tests.faults.operation import Caller, Operation, member_of
from tests.faults.people import GUEST, INVITATIONS, INVITED, OF_GUEST, OWNER, authenticated, token_of
from tests.support.owners import PASSWORD

_ANOTHER: Final = "another@example.com"


def invite() -> Operation:
    """Invite one more person, as Alpha's owner."""

    def request(owner: Caller) -> None:
        inviting.invite(member_of(owner), _ANOTHER, "viewer")

    def effect(state: State) -> None:
        _, alpha = state.alpha()
        if _ANOTHER in alpha.invitations:
            raise Refused("already-invited")
        alpha.invitations[_ANOTHER] = "pending"
        state.mails["invitation", _ANOTHER] += 1
        state.records["invitation.created",] += 1

    return Operation("invite", request, effect)


def revoke() -> Operation:
    """Revoke the guest's invitation, as Alpha's owner."""

    def request(owner: Caller) -> None:
        inviting.revoke(member_of(owner).organization_id, INVITATIONS[GUEST])

    def effect(state: State) -> None:
        try:
            _, alpha = state.alpha()
        except Refused:
            raise Refused("gone", "invitation-not-found") from None
        if alpha.invitations[GUEST] == "accepted":
            raise Refused("invitation-used")
        if alpha.invitations[GUEST] == "pending":
            state.records["invitation.revoked",] += 1
        alpha.invitations[GUEST] = "revoked"
        state.links.pop(GUEST, None)

    return Operation("revoke-invitation", request, effect)


def resend() -> Operation:
    """Send the guest's invitation again, as Alpha's owner; the link that it has had so far ends."""

    def request(owner: Caller) -> None:
        inviting.resend(member_of(owner), INVITATIONS[GUEST])

    def effect(state: State) -> None:
        try:
            _, alpha = state.alpha()
        except Refused:
            raise Refused("gone", "invitation-not-found") from None
        _check_pending(alpha, GUEST)
        state.links.pop(GUEST, None)
        state.mails["invitation", GUEST] += 1
        state.records["invitation.resent",] += 1

    return Operation("resend-invitation", request, effect)


def accept() -> Operation:
    """Join Alpha, as the guest."""

    def request(_: Caller) -> None:
        accepting.accept(authenticated(OF_GUEST), token_of(GUEST))

    def effect(state: State) -> None:
        _join(state, GUEST)
        state.accounts[GUEST].is_verified = True
        state.records["account.verified",] += 1

    return Operation("accept-invitation", request, effect)


def accept_by_sign_up() -> Operation:
    """Join Alpha with an account that comes to be."""

    def request(_: Caller) -> None:
        accepting.accept_by_sign_up(token_of(INVITED), PASSWORD)

    def effect(state: State) -> None:
        _join(state, INVITED)
        state.accounts[INVITED] = Account(INVITED, PASSWORD, 0, is_verified=True)
        state.records["account.verified",] += 1

    return Operation("accept-by-sign-up", request, effect)


def _join(state: State, person: str) -> None:
    _, alpha = state.alpha()
    _check_pending(alpha, person)
    if alpha.roles.get(OWNER) not in {"admin", "owner"}:
        raise Refused("invitation-void")
    alpha.invitations[person] = "accepted"
    state.links.pop(person)
    alpha.roles[person] = "viewer"
    state.records["invitation.accepted",] += 1
    state.records["member.joined",] += 1


def _check_pending(alpha: Organization, person: str) -> None:
    problems = {"accepted": "invitation-used", "revoked": "invitation-revoked"}
    if problem := problems.get(alpha.invitations[person]):
        raise Refused(problem)
