"""The operations on accounts of people around Alpha: their addresses, passwords and sessions."""

from tenantry.identity import account_deletion, password_reset
from tenantry.identity.addresses import email_change, email_verification
from tenantry.identity.logins import confirming, switching
from tests.faults.model import Refused, State
from tests.faults.operation import Caller, Operation
from tests.faults.people import (
    CHANGED_PASSWORD,
    COLLEAGUE,
    EARLIER,
    IN_NONE,
    LATER,
    NEWCOMER,
    OF_NEWCOMER,
    OWNER,
    REFRESH_TOKEN,
    SESSION,
    authenticated,
    token_of,
)
from tests.support.owners import PASSWORD


def verify_address() -> Operation:
    """Verify the newcomer's address, as the newcomer."""

    def request(_: Caller) -> None:
        email_verification.complete(authenticated(OF_NEWCOMER), token_of("verify-email"))

    def effect(state: State) -> None:
        if OF_NEWCOMER not in state.sessions:
            raise Refused("gone")
        _take(state, "verify-email")
        state.accounts[NEWCOMER].is_verified = True
        state.records["account.verified",] += 1

    return Operation("verify-address", request, effect)


def reset_password() -> Operation:
    """Choose another password for the colleague's account, as the reader of its mail."""

    def request(_: Caller) -> None:
        password_reset.complete(token_of("reset-password"), CHANGED_PASSWORD)

    def effect(state: State) -> None:
        _take(state, "reset-password")
        account = state.accounts[COLLEAGUE]
        account.password = CHANGED_PASSWORD
        state.revoke(COLLEAGUE)
        state.mails["password-changed", account.email] += 1
        state.records["password.reset",] += 1

    return Operation("reset-password", request, effect)


def change_email() -> Operation:
    """Take the address that a link was sent to, as the colleague."""

    def request(_: Caller) -> None:
        email_change.complete(authenticated(IN_NONE), token_of("change-email"))

    def effect(state: State) -> None:
        if IN_NONE not in state.sessions:
            raise Refused("gone", "link-not-found")  # if the password was changed meanwhile
        _take(state, "change-email")
        account = state.accounts[COLLEAGUE]
        state.address_holds[account.email] = COLLEAGUE
        state.mails["email-changed", account.email] += 1
        account.email = LATER
        state.revoke(COLLEAGUE)
        state.records["account.email_changed",] += 1

    return Operation("change-email", request, effect)


def undo_email_change() -> Operation:
    """Take back that the colleague's address was changed, as the reader of mail to the earlier one."""

    def request(_: Caller) -> None:
        email_change.undo(token_of("undo-email-change"))

    def effect(state: State) -> None:
        _take(state, "undo-email-change")
        account = state.accounts[COLLEAGUE]
        state.mails["email-change-undone", account.email] += 1
        state.mails["reset-password", EARLIER] += 1
        account.email, account.password = EARLIER, ""
        state.address_holds = {}
        state.revoke(COLLEAGUE)
        state.records["account.email_change_undone",] += 1

    return Operation("undo-email-change", request, effect)


def confirm_login() -> Operation:
    """Show the colleague's password once more; a repetition is one more confirmation."""

    def request(_: Caller) -> None:
        confirming.confirm(authenticated(IN_NONE), PASSWORD)

    def effect(state: State) -> None:
        if IN_NONE not in state.sessions:
            raise Refused("gone", "invalid-credentials")  # if the password was changed meanwhile
        state.records["login.confirmed",] += 1

    # The password may be changed, or the account deleted, right after the confirmation.
    return Operation("confirm-login", request, effect, may_have_happened=frozenset({"gone"}))


def switch() -> Operation:
    """Switch the owner's session to Alpha; a repetition gives the same tokens."""

    def request(_: Caller) -> None:
        switching.switch(REFRESH_TOKEN.text, "alpha")

    def effect(state: State) -> None:
        if SESSION not in state.sessions:
            raise Refused("invalid-refresh-token")
        state.alpha()
        if state.sessions[SESSION] != (OWNER, True):
            state.sessions[SESSION] = (OWNER, True)
            state.records["session.switched",] += 1

    # The session may end right after it has moved.
    return Operation("switch", request, effect, may_have_happened=frozenset({"invalid-refresh-token"}))


def delete_account() -> Operation:
    """Delete the colleague's account, as the colleague."""

    def request(_: Caller) -> None:
        account_deletion.delete(authenticated(IN_NONE))

    def effect(state: State) -> None:
        if IN_NONE not in state.sessions:
            raise Refused("gone")
        for organization in state.organizations.values():
            if organization.owners == {COLLEAGUE}:
                raise Refused("sole-owner")
        state.revoke(COLLEAGUE)
        del state.accounts[COLLEAGUE]
        state.links.pop("undo-email-change", None)
        state.address_holds = {}
        state.leave(COLLEAGUE)
        state.records["account.deleted",] += 1

    return Operation("delete-account", request, effect)


def _take(state: State, purpose: str) -> None:
    if state.links.pop(purpose, None) is None:
        raise Refused("link-not-found")
