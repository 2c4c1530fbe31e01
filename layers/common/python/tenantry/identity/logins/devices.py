"""Device tokens, by which a later login from the same device is recognised.

Whoever sends one has logged in to the account before, or has it from somebody who has; it proves no more.
A token is a random half and its keyed digest. The key is the stored hash of the password, which nobody
outside knows. So a token belongs to one account, ends with its password, and is not stored.
See https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
"""

import base64
import hmac
import secrets
from typing import Final

from tenantry.identity import throttling
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.throttling import Attempts

_HALF_BYTES: Final = 24  # 32 characters of base64url


def attempts(email: str, token: str | None, account: AccountDocument | None) -> Attempts:
    """Return what a login counts for: the device if its token is genuine, else the address and the source."""
    device = device_of(token, account) if token is not None else None
    return throttling.of_stranger(email) if device is None else throttling.of_known(device)


def device_of(token: str, account: AccountDocument | None) -> str | None:
    """Return the name of a token's device, or None if the account has given no such token to any.

    Parameters
    ----------
    token : str
        As it was sent.
    account : AccountDocument, optional
        The account that is to be logged in to; without one the answer takes as long.
    """
    octets = _octets(token)
    device, digest = octets[:_HALF_BYTES], octets[_HALF_BYTES:]
    is_genuine = hmac.compare_digest(digest, _digest(device, account))
    return device.hex() if is_genuine and account is not None else None


def renew(token: str | None, account: AccountDocument) -> str:
    """Return the token for a device's next login: the one that was sent, if it is genuine, or another."""
    if token is not None and device_of(token, account) is not None:
        return token
    device = secrets.token_bytes(_HALF_BYTES)
    return base64.urlsafe_b64encode(device + _digest(device, account)).decode()


def _octets(token: str) -> bytes:
    try:
        return base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def _digest(device: bytes, account: AccountDocument | None) -> bytes:
    identity, key = (account["_id"], account["password_hash"]) if account else ("", "")
    return hmac.digest(key.encode(), f"device of {identity} ".encode() + device, "sha256")[:_HALF_BYTES]
