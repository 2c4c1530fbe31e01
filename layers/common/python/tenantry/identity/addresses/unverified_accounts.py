"""What an account may not do as long as its address is not verified; see `address_proof`."""

from datetime import timedelta
from typing import Final

from tenantry.errors import EmailNotVerified
from tenantry.identity import accounts
from tenantry.identity.accounts import AccountDocument
from tenantry.runtime import moments
from tenantry.runtime.settings import settings

TOLERATED_FOR: Final = timedelta(days=1)  # where this deployment requires verified addresses
_SHUT_OUT: Final = (
    "The account's e-mail address has not been verified within a day. Choose another password by "
    "POST /account/password-reset: its mail verifies the address."
)


def check_may_log_in(account: AccountDocument) -> None:
    """Check that an account, whose password has been verified, may log in.

    Raises
    ------
    EmailNotVerified
        This deployment requires verified addresses, the account is older than `TOLERATED_FOR`, and its
        address is not verified.
    """
    is_young = moments.now() - account["created_at"] < TOLERATED_FOR
    if settings().require_verified_email and not (is_young or accounts.is_verified(account)):
        raise EmailNotVerified(_SHUT_OUT)


def check_may_go_on(account_id: str) -> None:
    """Check that an account may go on with its sessions; it is read only where that depends on its address.

    Raises
    ------
    EmailNotVerified
        As of `check_may_log_in`.
    """
    account = accounts.find(account_id) if settings().require_verified_email else None
    if account is not None:
        check_may_log_in(account)


def check_may_invite(account: AccountDocument) -> None:
    """Check that an account may bring others into an organization.

    Whoever signed up with somebody else's address could otherwise put a member of their own there, who would
    stay when the owner of the address takes the account over (docs/decisions/0048).

    Raises
    ------
    EmailNotVerified
        Its address is not verified.
    """
    if not accounts.is_verified(account):
        raise EmailNotVerified
