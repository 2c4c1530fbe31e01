"""Log in with e-mail and password, refresh tokens, and log out."""

from typing import Final

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.audit.recording import OfAccount
from tenantry.errors import InvalidRefreshToken, OrganizationRequired
from tenantry.identity import accounts, members, passwords, sessions
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses import unverified_accounts
from tenantry.identity.credentials import check_password, recorded, refusal
from tenantry.identity.logins import devices, issuing, refreshing
from tenantry.identity.members import Membership
from tenantry.identity.sessions import Tokens
from tenantry.runtime import mongodb
from tenantry.runtime.observability import count

MAX_LISTED: Final = 100  # organizations of an account that has to name one


def login(email: str, password: str, organization: str | None, device_token: str | None = None) -> Tokens:
    """Verify the credentials and issue an access token for one organization, or for none if there is none.

    Every outcome costs one KDF call, so that its duration tells nothing, except a pause, which costs none,
    and the replacement of a weak hash, which costs a second one.

    Parameters
    ----------
    email, password : str
        In canonical form.
    organization : str, optional
        Slug or id; needed if the account has several organizations.
    device_token : str, optional
        From an earlier login; failures of strangers then do not count.

    Raises
    ------
    InvalidCredentials
        E-mail address, password or organization is wrong.
    OrganizationRequired
        The credentials are right, but there are several organizations.
    TooManyRequests
        Too many failures with this device, or else with this address or from this source; nothing was
        verified.
    EmailNotVerified
        The credentials are right, but the account's address should have been verified by now.
    OrganizationSuspended
        The credentials are right, but the organization is suspended.
    ServiceUnavailable
        No signing key exists yet.
    """
    account = accounts.find_by_email(email)
    attempts = devices.attempts(email, device_token, account)
    if not check_password(attempts, account, password) or account is None:
        raise refusal("credentials")
    with recorded("login.failed", account["_id"]):
        unverified_accounts.check_may_log_in(account)
        membership = _choose(members.choices(account["_id"], organization, MAX_LISTED + 1), organization)
        issuing.check_open(membership)
        account = _rehashed_if_weak(account, password)
        issued = issuing.issue(sessions.start(account, membership))
        if issued is None:
            raise refusal("credentials")
    count("LoginSucceeded")
    return issued._replace(device_token=devices.renew(device_token, account))


def refresh(refresh_token: str) -> Tokens:
    """Issue the next tokens of a session.

    Raises
    ------
    InvalidRefreshToken
        The token or its session is over, or the token was used too long ago, which ends the session.
    EmailNotVerified
        The account's address should have been verified by now; the session has ended.
    OrganizationSuspended
        The organization has been suspended a moment ago.
    pymongo.errors.PyMongoError
        Outcome unknown; the same token may be sent again for half a minute.
    """
    issued = issuing.issue(refreshing.rotate(refresh_token))
    if issued is None:
        raise InvalidRefreshToken
    return issued


def log_out(refresh_token: str) -> None:
    """End the session of a refresh token, whichever of its tokens it is; its access tokens are dead, too.

    Raises
    ------
    InvalidRefreshToken
        The text is no refresh token; one whose session has ended is no error.
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it.
    """
    sessions.end_by_token(refresh_token)


@mongodb.in_transaction
def log_out_everywhere(session: ClientSession, account_id: str) -> None:
    """End all sessions of an account; every token of the account is dead afterwards.

    Raises
    ------
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it.
    """
    accounts.revoke_tokens(account_id, session)
    recording.record("account.logged_out_everywhere", OfAccount(account_id), session)


def _choose(memberships: list[Membership], organization: str | None) -> Membership | None:
    """Return the membership that a login is for; None if the account has none and the login names none."""
    usable = [membership for membership in memberships if membership.organization["state"] != "deleting"]
    if not usable:
        if organization is not None:
            raise refusal("organization")
        return None
    if len(usable) > 1:
        raise OrganizationRequired.among([membership.organization for membership in usable], MAX_LISTED)
    return usable[0]


def _rehashed_if_weak(account: AccountDocument, password: str) -> AccountDocument:
    """Return the account with a password hash of at least today's rounds."""
    if not passwords.needs_rehash(account["password_hash"]):
        return account
    rehashed = passwords.hash_password(password)
    accounts.set_password_hash(account, rehashed, revoke_tokens=False)
    return account | {"password_hash": rehashed}
