"""Access tokens: Ed25519 JSON Web Tokens as RFC 9068 profiles them, and the keys that sign them."""

import base64
import json
import re
import secrets
import time
from collections.abc import Callable
from typing import Any, Final, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from pydantic import BaseModel, ConfigDict, Field

from tenantry.errors import InvalidToken
from tenantry.settings import settings

ALGORITHM: Final = "EdDSA"
TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - a media type (RFC 9068 section 2.1), not a secret
LIFETIME_SECONDS: Final = 15 * 60
CLOCK_SKEW_SECONDS: Final = 5  # between the hosts that sign and that verify
MAX_CHARACTERS: Final = 4096

_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

Jwk = dict[str, str]


class Header(BaseModel):
    """The only JOSE header parameters that Tenantry writes, and so the only ones it accepts."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    alg: Literal["EdDSA"]
    typ: Literal["at+jwt"]
    kid: str = Field(min_length=1, max_length=64)


class Claims(BaseModel):
    """Claims of an access token (RFC 9068 section 2.2, and whose it is)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, str_min_length=1)

    iss: str
    aud: str
    sub: str
    org_id: str
    org: str
    role: Literal["owner"]
    epoch: int = Field(ge=0)
    iat: int
    nbf: int
    exp: int
    jti: str
    sid: str


class SigningKey(BaseModel):
    """A private key and the id under which its public half is found (RFC 8037)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    kid: str
    private_key: Jwk = Field(repr=False)

    @classmethod
    def generate(cls) -> "SigningKey":
        """Make a key from the operating system's randomness."""
        jwk = OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate(), as_dict=True)
        return cls(
            kid=secrets.token_hex(8), private_key={name: str(jwk[name]) for name in ("kty", "crv", "x", "d")}
        )

    @property
    def public_jwk(self) -> Jwk:
        """The public half, as a key set lists it (RFC 7517 section 4)."""
        public = {name: self.private_key[name] for name in ("kty", "crv", "x")}
        return public | {"kid": self.kid, "use": "sig", "alg": ALGORITHM}


def issue(  # noqa: PLR0913 - one keyword per claim
    key: SigningKey, *, session_id: str, account_id: str, organization_id: str, slug: str, epoch: int
) -> str:
    """Sign an access token that is valid for 15 minutes.

    Parameters
    ----------
    key : SigningKey
        The newest key.
    session_id : str
        The session that the token dies with.
    account_id, organization_id : str
        Whom the token speaks for, and in which organization.
    slug : str
        The organization's slug of this moment; nothing is decided by it.
    epoch : int
        The account's `auth_epoch`; the token dies when it moves on.
    """
    now = int(time.time())
    claims = Claims(
        iss=settings().token_issuer,
        aud=settings().token_audience,
        sub=account_id,
        org_id=organization_id,
        org=slug,
        role="owner",
        epoch=epoch,
        iat=now,
        nbf=now,
        exp=now + LIFETIME_SECONDS,
        jti=secrets.token_urlsafe(16),
        sid=session_id,
    )
    private = jwt.PyJWK.from_dict(key.private_key, ALGORITHM)
    return jwt.encode(
        claims.model_dump(), private, algorithm=ALGORITHM, headers={"kid": key.kid, "typ": TOKEN_TYPE}
    )


def verify(token: str, find_key: Callable[[str], Jwk | None]) -> Claims:
    """Check an access token and return its claims.

    Stricter than the JWT library by itself: header and claims are exactly those that `issue` writes, types
    are not coerced, the encoding is canonical, and the lifetime is bounded (RFC 8725).

    Parameters
    ----------
    token : str
        The compact serialisation, as it stood in the Authorization field.
    find_key : callable
        Gives the public key of a key id, or None.

    Raises
    ------
    InvalidToken
        Whatever is wrong with it.
    """
    try:
        header = _read_header(token)
        jwk = find_key(header.kid)
        if jwk is None:
            raise InvalidToken
        return _read_claims(token, jwt.PyJWK.from_dict(jwk, ALGORITHM))
    except (jwt.PyJWTError, ValueError, RecursionError) as error:  # ValidationError is a ValueError
        raise InvalidToken from error


def _read_header(token: str) -> Header:
    if len(token) > MAX_CHARACTERS or not _COMPACT.fullmatch(token):
        raise InvalidToken
    segments = token.split(".")
    decoded = [base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)) for segment in segments]
    if [_encode(segment) for segment in decoded] != segments:
        raise InvalidToken  # unused low bits of a last character: one token would have several spellings
    header, claims = (json.loads(octets) for octets in decoded[:2])
    if [_json(header), _json(claims)] != decoded[:2]:
        raise InvalidToken  # a member twice, or another charset: two parsers could read two different tokens
    return Header.model_validate(header)


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _read_claims(token: str, key: jwt.PyJWK) -> Claims:
    payload = jwt.decode(
        token,
        key,
        algorithms=[ALGORITHM],
        audience=settings().token_audience,
        issuer=settings().token_issuer,
        leeway=CLOCK_SKEW_SECONDS,
        options={"strict_aud": True, "require": list(Claims.model_fields)},
    )
    claims = Claims.model_validate(payload)
    if claims.nbf != claims.iat or claims.exp != claims.iat + LIFETIME_SECONDS:
        raise InvalidToken
    return claims
