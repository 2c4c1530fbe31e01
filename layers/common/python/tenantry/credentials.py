"""Checking a password against an account, with the pauses that failures bring; the only place that does."""

from tenantry import passwords, throttling
from tenantry.accounts import AccountDocument
from tenantry.observability import logger


def check_password(email: str, account: AccountDocument | None, password: str) -> bool:
    """Tell whether the password is the account's; costs one KDF call whatever the answer.

    Parameters
    ----------
    email : str
        The canonical address that failures count for.
    account : AccountDocument, optional
        The address's account; None if it has none.
    password : str
        In canonical form.

    Raises
    ------
    TooManyRequests
        Too many failures with this address; nothing was verified, no KDF call was made.
    """
    throttling.begin(email)
    if account is not None and _matches(account, password):
        throttling.forget(email)
        return True
    if account is None:
        passwords.verify_password(password, None)
    return False


def _matches(account: AccountDocument, password: str) -> bool:
    try:
        return passwords.verify_password(password, account["password_hash"])
    except ValueError:
        logger.error("A stored password hash is corrupt", account_id=account["_id"])
        return False
