"""Log in with e-mail and password, and change the password."""

from dataclasses import dataclass

from pydantic import ValidationError

from tenantry import accounts, passwords, tokens
from tenantry.accounts import AccountDocument, Membership
from tenantry.credentials import check_password
from tenantry.errors import (
    InvalidCredentials,
    InvalidFields,
    InvalidToken,
    OrganizationRequired,
    ServiceUnavailable,
)
from tenantry.observability import count, logger
from tenantry.organizations import OrganizationDocument
from tenantry.secrets import read_secret
from tenantry.settings import settings
from tenantry.tokens import SigningKey


@dataclass(frozen=True, slots=True)
class Session:
    """What a login gives."""

    access_token: str
    organization: OrganizationDocument


def login(email: str, password: str, organization: str | None) -> Session:
    """Verify the credentials and issue an access token for one organization.

    Every outcome costs one KDF call, so that its time tells nothing: but a pause, which costs none, and the
    replacement of a weak hash, which costs a second.

    Parameters
    ----------
    email, password : str
        In canonical form.
    organization : str, optional
        Slug or id; needed if the account has several organizations.

    Raises
    ------
    InvalidCredentials
        E-mail address, password or organization is wrong.
    OrganizationRequired
        The credentials are right, but there are several organizations.
    TooManyRequests
        Too many failures with this address; nothing was verified.
    ServiceUnavailable
        No signing key exists yet.
    """
    account = accounts.find_by_email(email)
    if not check_password(email, account, password) or account is None:
        raise _refusal("credentials")
    membership = _choose(accounts.memberships(account["_id"]), organization)
    logger.append_keys(organization_id=membership.organization_id, account_id=membership.account_id)
    _rehash_if_weak(account, password)
    token = tokens.issue(
        _signing_key(),
        account_id=membership.account_id,
        organization_id=membership.organization_id,
        slug=membership.organization["slug"],
        role=membership.role,
        epoch=account["auth_epoch"],  # of the password that was verified, not of one set meanwhile
    )
    count("LoginSucceeded")
    return Session(token, membership.organization)


def change_password(caller: Membership, current_password: str, new_password: str) -> None:
    """Replace the caller's password; every token of the account issued so far is dead afterwards.

    Parameters
    ----------
    caller : Membership
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
        Too many failures; nothing was verified.
    """
    account = accounts.find(caller.account_id)
    if account is None:
        raise InvalidToken
    if not check_password(account["email"], account, current_password):
        raise _refusal("credentials")
    if passwords.is_guessable(new_password, [account["email"], caller.organization["name"]]):
        raise InvalidFields.of("new_password", "is too easy to guess; choose a longer or less common one")
    if not accounts.set_password_hash(account, passwords.hash_password(new_password), revoke_tokens=True):
        raise InvalidCredentials


def _refusal(reason: str) -> InvalidCredentials:
    count("LoginFailed")
    logger.info("Login refused", reason=reason)
    return InvalidCredentials()


def _choose(memberships: list[Membership], organization: str | None) -> Membership:
    open_ones = [one for one in memberships if one.organization["state"] != "deleting"]
    if organization is not None:
        open_ones = [
            one for one in open_ones if organization in (one.organization["_id"], one.organization["slug"])
        ]
    if not open_ones:
        raise _refusal("organization")
    if len(open_ones) > 1:
        listed = [
            {
                "id": one.organization["_id"],
                "slug": one.organization["slug"],
                "name": one.organization["name"],
            }
            for one in open_ones
        ]
        raise OrganizationRequired(organizations=listed)
    return open_ones[0]


def _rehash_if_weak(account: AccountDocument, password: str) -> None:
    if passwords.needs_rehash(account["password_hash"]):
        accounts.set_password_hash(account, passwords.hash_password(password), revoke_tokens=False)


def _signing_key() -> SigningKey:
    """Return the newest signing key; right after the first deployment it may not be there yet."""
    arn = settings().signing_key_secret_arn
    try:
        return SigningKey.model_validate_json(read_secret(arn))
    except ValidationError:
        pass
    try:
        return SigningKey.model_validate_json(read_secret(arn, refresh=True))
    except ValidationError:
        raise ServiceUnavailable("No signing key exists yet. Repeat the request after a while.") from None
