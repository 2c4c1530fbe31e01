"""The operations on accounts of people around Alpha: their addresses, passwords and sessions."""

from tenantry.identity import account_deletion, own_account, password_change, password_reset
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


def ask_for_verification() -> Operation:
    """Ask for a link that proves the newcomer's address, as the newcomer; a repetition asks once more."""

    def request(_: Caller) -> bool:
        return email_verification.request_link(authenticated(OF_NEWCOMER))

    def effect(state: State) -> bool:
        state.mails["verify-email", NEWCOMER] += 1
        return True

    return Operation("ask-for-verification", request, effect)


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


def ask_for_reset() -> Operation:
    """Ask for a link that resets the colleague's password, as anybody may, whether there is an account."""

    def request(_: Caller) -> None:
        password_reset.request(COLLEAGUE)

    def effect(state: State) -> None:
        state.mails["reset-password", COLLEAGUE] += 1

    return Operation("ask-for-reset", request, effect)


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


def ask_for_email_change() -> Operation:
    """Ask for a link to the address that the colleague wants, as the colleague."""

    def request(_: Caller) -> None:
        email_change.request(authenticated(IN_NONE), LATER, PASSWORD)

    def effect(state: State) -> None:
        if IN_NONE not in state.sessions:
            raise Refused("gone", "invalid-credentials")  # if the password was changed meanwhile
        state.mails["change-email", LATER] += 1

    return Operation("ask-for-email-change", request, effect)


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


def change_password() -> Operation:
    """Choose another password, as Alpha's owner."""

    def request(owner: Caller) -> None:
        password_change.change_password(owner(), PASSWORD, CHANGED_PASSWORD)

    def effect(state: State) -> None:
        account = state.accounts[OWNER]
        if account.password != PASSWORD:
            raise Refused("invalid-credentials")
        account.password = CHANGED_PASSWORD
        state.revoke(OWNER)
        state.mails["password-changed", OWNER] += 1
        state.records["password.changed",] += 1

    return Operation("change-password", request, effect)


def end_session() -> Operation:
    """End another session of Alpha's owner, as the owner."""

    def effect(state: State) -> None:
        if SESSION not in state.sessions:
            raise Refused("session-not-found")
        del state.sessions[SESSION]
        state.records["session.ended",] += 1

    return Operation("end-session", lambda owner: own_account.end_session(owner(), SESSION), effect)


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
