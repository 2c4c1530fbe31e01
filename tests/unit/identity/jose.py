"""JSON Web Tokens put together by hand: any part of them can be wrong and the signature still right."""

import base64
import json
import time
from typing import Any, Final

import jwt

from tenantry.identity.keys.signing_key import ALGORITHM, Jwk, SigningKey
from tenantry.identity.tokens import CLOCK_SKEW_SECONDS, LIFETIME_SECONDS, Claims

KEY: Final = SigningKey.generate()
CLAIMS: Final = Claims._fields
LOGGED_IN: Final = int(time.time()) - 2 * LIFETIME_SECONDS  # before any token that has not expired
OF_AN_ORGANIZATION: Final = {"org_id": "org_1", "org": "google", "role": "owner"}
HEADER: Final = {"alg": "EdDSA", "typ": "at+jwt", "kid": KEY.kid}

_private_key = jwt.PyJWK.from_dict(KEY.private_key, ALGORITHM)


def find_key(key_id: str) -> Jwk | None:
    """The one key that there is."""
    return KEY.public_jwk if key_id == KEY.kid else None


def judged(token: str, key: Jwk = KEY.public_jwk) -> dict[str, Any]:
    """The claims of a token as an independent library reads them, which refuses it if it is not valid."""
    claims: dict[str, Any] = jwt.decode(
        token,
        jwt.PyJWK.from_dict(key),
        algorithms=["EdDSA"],
        audience="tenantry",
        issuer="urn:tenantry",
        leeway=CLOCK_SKEW_SECONDS,
        options={"strict_aud": True, "require": list(CLAIMS)},
    )
    return claims


def valid_claims(now: int | None = None) -> dict[str, Any]:
    """Claims that are right in every respect."""
    issued = int(time.time()) if now is None else now
    return {
        "iss": "urn:tenantry",
        "aud": "tenantry",
        "sub": "acct_1",
        "epoch": 3,
        "auth_time": LOGGED_IN,
        "iat": issued,
        "nbf": issued,
        "exp": issued + LIFETIME_SECONDS,
        "jti": "KqJ0b2b3v8kq1zVdC2cPzA",
        "sid": "ses_1",
        **OF_AN_ORGANIZATION,
    }


def segment(part: Any) -> str:
    """One part of a token: bytes as they are, text in UTF-8, anything else as JSON."""
    if not isinstance(part, bytes | str):
        part = json.dumps(part, separators=(",", ":"))
    octets = part.encode() if isinstance(part, str) else part
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def encode(header: Any, payload: Any) -> str:
    """A token of any header and payload, signed with the real key."""
    return encode_segments(segment(header), segment(payload))


def encode_segments(header: str, payload: str) -> str:
    """A token of two parts that are base64 already, signed with the real key."""
    signing_input = f"{header}.{payload}"
    signature = _private_key.Algorithm.sign(signing_input.encode(), _private_key.key)
    return f"{signing_input}.{segment(signature)}"


def signed(claims: Any = None, header: Any = None) -> str:
    """A token signed with the real key; right in every part that is not given."""
    return encode(HEADER if header is None else header, valid_claims() if claims is None else claims)
