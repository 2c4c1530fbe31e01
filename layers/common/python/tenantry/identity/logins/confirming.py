"""Confirming a login: who shows the password once more has logged in recently, in the session that there is.

See docs/decisions/0047-recent-logins-and-switching.md.
"""

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from tenantry.errors import InvalidToken
from tenantry.identity import accounts, throttling
from tenantry.identity.credentials import check_password, refusal
from tenantry.identity.logins import issuing
from tenantry.identity.logins.issuing import AccessToken
from tenantry.identity.sessions import Identity, SessionDocument, record, sessions
from tenantry.runtime import moments, mongodb


def confirm(caller: Identity, password: str) -> AccessToken:
    """Verify the password of the caller's account, and let its session count as logged in at this moment.

    Access tokens that the session has been given before are dead afterwards, for they name another moment, so
    a stolen one does not become a recent one; its refresh token lives on. Of two confirmations at once,
    the access token of one may be dead when it arrives.

    Parameters
    ----------
    caller : Identity
        Whose session it is.
    password : str
        In canonical form.

    Raises
    ------
    InvalidCredentials
        The password is wrong; nothing changed.
    InvalidToken
        The account or the session is gone, or its password has just been changed.
    TooManyRequests
        Too many failures in the caller's session; nothing was verified.
    EmailNotVerified
        The account's address should have been verified by now; the session has ended.
    OrganizationSuspended
        The organization has been suspended a moment ago.
    pymongo.errors.PyMongoError
        Outcome unknown: if it has happened, the caller's token is dead. Refresh, and confirm again.
    """
    account = accounts.find(caller.account_id)
    if account is None:
        raise InvalidToken
    attempts = throttling.of_known(caller.session_id)
    if not check_password(attempts, account, password, "login.confirmation_failed"):
        raise refusal("credentials")
    session = _set_authenticated_at(caller.session_id, account["auth_epoch"])
    access_token = session and issuing.issue_access_token(session)
    if access_token is None:
        raise InvalidToken
    return access_token


@mongodb.in_transaction
def _set_authenticated_at(
    transaction: ClientSession, session_id: str, auth_epoch: int
) -> SessionDocument | None:
    """Set when a session's password was verified to this moment; None if the session is over.

    The moment never goes back, for the clocks of two functions may differ.
    """
    session = sessions().find_one_and_update(
        {"_id": session_id, "auth_epoch": auth_epoch},
        {"$max": {"authenticated_at": moments.now()}},
        return_document=ReturnDocument.AFTER,
        session=transaction,
    )
    if session is not None:
        record("login.confirmed", session, transaction)
    return session
