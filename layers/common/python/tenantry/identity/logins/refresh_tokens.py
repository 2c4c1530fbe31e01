"""Refresh tokens: their two halves, and how one token gives the next. What is stored gives no token.

A token is two random halves. The first, the same in all tokens of a session, finds the session; the second,
the step, is replaced with each use. So a replayed token can be told from a forged one.

The next step is a keyed digest of the step before it and of a stored random value; neither alone gives it. So
whoever presents a replaced token can be given the token that took its place, once more.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Final, NamedTuple

from tenantry.errors import InvalidRefreshToken

_HALF_BYTES: Final = 24  # 32 characters of base64url


class RefreshToken(NamedTuple):
    """A refresh token's halves."""

    family: bytes
    step: bytes

    @property
    def family_hash(self) -> bytes:
        """What is stored to find the session; a random half needs no slow digest."""
        return hashlib.sha256(self.family).digest()

    @property
    def step_hash(self) -> bytes:
        """What is stored to recognise the token."""
        return hashlib.sha256(self.step).digest()

    @property
    def text(self) -> str:
        """What clients get."""
        return base64.urlsafe_b64encode(self.family + self.step).decode()

    def followed(self, nonce: bytes) -> "RefreshToken":
        """Return the token that takes this one's place."""
        return self._replace(step=hmac.digest(self.step, nonce, "sha256")[:_HALF_BYTES])


def draw() -> RefreshToken:
    """Make the first token of a session."""
    return RefreshToken(secrets.token_bytes(_HALF_BYTES), secrets.token_bytes(_HALF_BYTES))


def draw_nonce() -> bytes:
    """Make the random value to store with a token that is replaced."""
    return secrets.token_bytes(_HALF_BYTES)


def parse(text: str) -> RefreshToken:
    """Take a token apart.

    Raises
    ------
    InvalidRefreshToken
        The text is none.
    """
    try:
        octets = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        raise InvalidRefreshToken from None
    if len(octets) != 2 * _HALF_BYTES:
        raise InvalidRefreshToken
    return RefreshToken(octets[:_HALF_BYTES], octets[_HALF_BYTES:])
