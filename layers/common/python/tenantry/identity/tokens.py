"""Access tokens: JSON Web Tokens as RFC 9068 profiles them, signed with Ed25519 (RFC 8037).

PyJWT signs and verifies them. The checks around it leave a token one form only, the one that `issue` writes.
"""

import base64
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from tenantry.errors import InvalidToken
from tenantry.identity import pyjwt as jwt
from tenantry.identity.keys.signing_key import ALGORITHM, KEY_TYPE, Jwk, SigningKey
from tenantry.identity.roles import ROLES, Role
from tenantry.runtime import process
from tenantry.runtime.settings import settings

TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - a media type (RFC 9068 section 2.1), not a secret
LIFETIME_SECONDS: Final = 15 * 60
CLOCK_SKEW_SECONDS: Final = 5  # between the hosts that sign and that verify
MAX_CHARACTERS: Final = 4096
MAX_KEY_ID_CHARACTERS: Final = 64
MAX_KEYS: Final = 16  # whose tokens cost less to verify; there are two while one is replaced
MAX_TOKENS: Final = 1_000  # valid ones that cost less from the second time on, each with a few kilobytes

_COMPACT: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)  # RFC 7515 section 7.1, in base64url


class Header(NamedTuple):
    """The only JOSE header parameters that Tenantry writes, and so the only ones it accepts."""

    alg: str
    typ: str
    kid: str


class Claims(NamedTuple):
    """Claims of an access token (RFC 9068 section 2.2, and whose it is).

    `auth_time` is when the account's password was verified. The last three are there together, or none of
    them is: in a token for no organization.
    """

    iss: str
    aud: str
    sub: str
    epoch: int
    auth_time: int
    iat: int
    nbf: int
    exp: int
    jti: str
    sid: str
    org_id: str | None = None
    org: str | None = None
    role: str | None = None


class InOrganization(NamedTuple):
    """For which organization a token is.

    Parameters
    ----------
    id : str
        The organization's id.
    slug, role : str
        Its slug and the member's role of this moment; nothing is decided by them.
    """

    id: str
    slug: str
    role: Role


_OF_AN_ORGANIZATION: Final = {"org_id": str, "org": str, "role": str}
_OF_AN_ACCOUNT: Final = {
    name: kind for name, kind in Claims.__annotations__.items() if name not in _OF_AN_ORGANIZATION
}


def issue(  # noqa: PLR0913 - one keyword per claim
    key: SigningKey,
    *,
    session_id: str,
    account_id: str,
    organization: InOrganization | None,
    epoch: int,
    authenticated_at: datetime,
) -> str:
    """Sign an access token that is valid for 15 minutes.

    Parameters
    ----------
    key : SigningKey
        The newest key.
    session_id : str
        The session that the token dies with.
    account_id : str
        Whom the token speaks for.
    organization : InOrganization, optional
        In which organization, if in any.
    epoch : int
        The account's `auth_epoch`; the token dies when it moves on.
    authenticated_at : datetime
        When the password was verified, which is when the session began.
    """
    now = int(time.time())
    claims = Claims(
        iss=settings().token_issuer,
        aud=settings().token_audience,
        sub=account_id,
        epoch=epoch,
        auth_time=int(authenticated_at.timestamp()),
        iat=now,
        nbf=now,
        exp=now + LIFETIME_SECONDS,
        jti=secrets.token_urlsafe(16),
        sid=session_id,
    )
    if organization is not None:
        claims = claims._replace(org_id=organization.id, org=organization.slug, role=organization.role)
    return jwt.encode(
        {name: value for name, value in claims._asdict().items() if value is not None},
        jwt.PyJWK.from_dict(key.private_key, ALGORITHM),
        algorithm=ALGORITHM,
        headers={"typ": TOKEN_TYPE, "kid": key.kid},
    )


def verify(token: str, find_key: Callable[[str], Jwk | None]) -> Claims:
    """Check an access token and return its claims.

    Stricter than PyJWT by itself: header and claims are exactly those that `issue` writes, types are not
    coerced, nothing is padded, and the lifetime is bounded (RFC 8725). Of what the token says, only the key's
    id is used before the signature is verified.

    A client sends a token again and again until it ends. What holds as long as its key does, the signature
    above all, is verified the first time that this process sees it; key and time are checked each time.

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
    if len(token) > MAX_CHARACTERS or not _COMPACT.fullmatch(token):
        raise InvalidToken
    try:
        jwk = find_key(_read_header(token.partition(".")[0]).kid)
        if jwk is None or not jwk.items() >= KEY_TYPE.items():
            raise InvalidToken
        claims = _verified(token, jwk["x"], settings().token_audience, settings().token_issuer)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise InvalidToken from error
    if not claims.nbf - CLOCK_SKEW_SECONDS <= time.time() < claims.exp + CLOCK_SKEW_SECONDS:
        raise InvalidToken
    return claims


@process.forgettable
@lru_cache(maxsize=MAX_TOKENS)
def _verified(token: str, x: str, audience: str, issuer: str) -> Claims:
    """Return the claims of a token that this public key verifies; what is not valid is not remembered."""
    claims = jwt.decode(
        token,
        _public_key(x),
        algorithms=[ALGORITHM],
        options={"require": [*_OF_AN_ACCOUNT], "strict_aud": True},
        audience=audience,
        issuer=issuer,
        leeway=CLOCK_SKEW_SECONDS,
    )
    return _read_claims(claims, _decode(token.split(".")[1]))


@lru_cache(maxsize=MAX_KEYS)
def _read_header(encoded: str) -> Header:
    octets = _decode(encoded)
    parsed = json.loads(octets)
    _check_members(parsed, octets, Header.__annotations__)
    header = Header(**parsed)
    if (header.alg, header.typ) != (ALGORITHM, TOKEN_TYPE) or len(header.kid) > MAX_KEY_ID_CHARACTERS:
        raise InvalidToken
    return header


def _read_claims(verified: dict[str, Any], octets: bytes) -> Claims:
    """Return the claims that PyJWT has verified, if they and their lifetime are as `issue` writes them."""
    of_an_organization = _OF_AN_ORGANIZATION if "org_id" in verified else {}
    _check_members(verified, octets, {**_OF_AN_ACCOUNT, **of_an_organization})
    claims = Claims(**verified)
    if claims.role not in (*ROLES, None) or claims.epoch < 0:
        raise InvalidToken
    if not 0 <= claims.auth_time <= claims.iat + CLOCK_SKEW_SECONDS:
        raise InvalidToken
    if claims.nbf != claims.iat or claims.exp != claims.iat + LIFETIME_SECONDS:
        raise InvalidToken
    return claims


def _check_members(parsed: Any, octets: bytes, members: Mapping[str, type]) -> None:
    """Check that JSON text is an object of these members alone, spelled as Tenantry spells them.

    Each is of its type, true being no int, and texts are printable and not empty.
    """
    if not isinstance(parsed, dict) or parsed.keys() != members.keys():
        raise InvalidToken
    if not all(type(parsed[name]) is kind for name, kind in members.items()):
        raise InvalidToken
    if json.dumps(parsed, separators=(",", ":")).encode() != octets:
        raise InvalidToken  # a member twice, or another charset: two parsers could read two different tokens
    if not all(text and text.isprintable() for text in parsed.values() if isinstance(text, str)):
        raise InvalidToken


@lru_cache(maxsize=MAX_KEYS)
def _public_key(x: str) -> jwt.PyJWK:
    return jwt.PyJWK.from_dict(KEY_TYPE | {"x": x}, ALGORITHM)


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
