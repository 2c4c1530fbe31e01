"""Changing the password of an account."""

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.audit.recording import OfAccount
from tenantry.errors import InvalidToken
from tenantry.identity import accounts, passwords, throttling
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.credentials import check_password, recorded, refusal, refuse_guessable
from tenantry.identity.mail import queue
from tenantry.identity.mail.kinds.password_changed import PASSWORD_CHANGED
from tenantry.identity.sessions import Identity
from tenantry.runtime import mongodb


def change_password(caller: Identity, current_password: str, new_password: str) -> None:
    """Replace the caller's password; every token of the account issued so far is dead afterwards.

    Its owner is told by mail, if the address is verified.

    Parameters
    ----------
    caller : Identity
        Whose password it is.
    current_password, new_password : str
        In canonical form.

    Raises
    ------
    InvalidCredentials
        The current password is wrong, or has just been changed by another request; nothing changed.
    InvalidFields
        The password is guessable.
    InvalidToken
        The account is gone.
    TooManyRequests
        Too many failures in the caller's session; nothing was verified.
    """
    account = accounts.find(caller.account_id)
    if account is None:
        raise InvalidToken
    attempts = throttling.of_known(caller.session_id)
    if not check_password(attempts, account, current_password, "password.change_failed"):
        raise refusal("credentials")
    refuse_guessable(account, new_password)
    with recorded("password.change_failed", account["_id"]):
        _set_password(account, passwords.hash_password(new_password))


@mongodb.in_transaction
def _set_password(session: ClientSession, account: AccountDocument, password_hash: str) -> None:
    if not accounts.set_password_hash(account, password_hash, revoke_tokens=True, session=session):
        raise refusal("credentials")
    recording.record("password.changed", OfAccount(account["_id"]), session)
    if accounts.is_verified(account):  # else it may be a stranger's, who never asked for any mail
        queue.put(PASSWORD_CHANGED, accounts.address_of(account), session)
