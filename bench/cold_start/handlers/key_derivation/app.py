"""The floor of a login: one PBKDF2 call with as many rounds as the library makes."""

import hashlib
from typing import Any


def lambda_handler(_event: object, _context: object) -> dict[str, Any]:
    """Derive a key."""
    hashlib.pbkdf2_hmac("sha256", b"correct horse battery staple", b"16 octets of salt", 600_000)
    return {"statusCode": 200, "body": ""}
