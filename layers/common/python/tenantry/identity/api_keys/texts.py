"""How an API key is written: `tk_`, the key's id, a secret, and a checksum.

As of GitHub's tokens, the prefix and the checksum let whoever scans files for secrets recognise a key without
asking anybody: the CRC-32 of what is between them, in base 62, filled up with zeros
(https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/). What is
mistyped or cut off is refused without asking the database.
"""

import hashlib
import re
import secrets
import string
import zlib
from typing import Final, NamedTuple

from tenantry.runtime import ids

PREFIX: Final = "tk_"
PATTERN: Final = re.compile(r"tk_(?P<id>[0-9a-f]{32})(?P<secret>[0-9A-Za-z]{43})(?P<checksum>[0-9A-Za-z]{6})")
_BASE_62: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SECRET_CHARACTERS: Final = 43  # 256 bits
_CHECKSUM_CHARACTERS: Final = 6  # 62 ** 6 exceeds 2 ** 32
_ID_PREFIX: Final = "key"


class KeyText(NamedTuple):
    """A key as its holder has it.

    Parameters
    ----------
    key_id : str
        Which key it is; no secret.
    secret : str
        What proves it.
    """

    key_id: str
    secret: str

    @property
    def text(self) -> str:
        """What the holder sends."""
        body = self.key_id.removeprefix(f"{_ID_PREFIX}_") + self.secret
        return PREFIX + body + _checksum(body)

    @property
    def hash(self) -> bytes:
        """What is stored to recognise the key; random as the secret is, it needs no slow digest."""
        return hashlib.sha256(self.text.encode()).digest()


def draw_id() -> str:
    """Return the id of a key."""
    return ids.random_id(_ID_PREFIX)


def draw(key_id: str) -> KeyText:
    """Make a text of a key, with another secret each time."""
    return KeyText(key_id, "".join(secrets.choice(_BASE_62) for _ in range(_SECRET_CHARACTERS)))


def is_key(text: str) -> bool:
    """Tell whether a bearer token is meant as a key; a JWT never begins like that."""
    return text.startswith(PREFIX)


def parse(text: str) -> KeyText | None:
    """Take a key apart; None if it is none, or mistyped."""
    match = PATTERN.fullmatch(text)
    if match is None:
        return None
    expected = _checksum(match["id"] + match["secret"])
    if expected != match["checksum"]:  # which everybody can compute of the rest
        return None
    return KeyText(f"{_ID_PREFIX}_{match['id']}", match["secret"])


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM_CHARACTERS):
        number, digit = divmod(number, len(_BASE_62))
        digits = _BASE_62[digit] + digits
    return digits
