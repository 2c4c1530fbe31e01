"""Access tokens: Ed25519 JSON Web Tokens as RFC 9068 profiles them, and the keys that sign them.

A token is a JSON Web Signature in compact serialisation (RFC 7515) with the algorithm EdDSA (RFC 8037).
"""

import base64
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tenantry.errors import InvalidToken
from tenantry.runtime.settings import settings

ALGORITHM: Final = "EdDSA"
TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - a media type (RFC 9068 section 2.1), not a secret
ROLE: Final = "owner"
LIFETIME_SECONDS: Final = 15 * 60
CLOCK_SKEW_SECONDS: Final = 5  # between the hosts that sign and that verify
MAX_CHARACTERS: Final = 4096
MAX_KEY_ID_CHARACTERS: Final = 64
MAX_KEYS: Final = 16  # whose tokens cost less to verify; there are two while one is replaced

Jwk = dict[str, str]

_KEY_TYPE: Final[Jwk] = {"kty": "OKP", "crv": "Ed25519"}  # RFC 8037 section 2


class InvalidSigningKey(ValueError):
    """A text is no signing key."""


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
    slug : str
        Its slug of this moment; nothing is decided by it.
    """

    id: str
    slug: str


_OF_AN_ORGANIZATION: Final = {"org_id": str, "org": str, "role": str}
_OF_AN_ACCOUNT: Final = {
    name: kind for name, kind in Claims.__annotations__.items() if name not in _OF_AN_ORGANIZATION
}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the id under which its public half is found (RFC 8037)."""

    kid: str
    private_key: Jwk = field(repr=False)

    @classmethod
    def generate(cls) -> "SigningKey":
        """Make a key from the operating system's randomness."""
        key = Ed25519PrivateKey.generate()
        halves = {"x": _encode(key.public_key().public_bytes_raw()), "d": _encode(key.private_bytes_raw())}
        return cls(kid=secrets.token_hex(8), private_key=_KEY_TYPE | halves)

    @classmethod
    def from_json(cls, text: str) -> "SigningKey":
        """Return the key that `to_json` wrote.

        Raises
        ------
        InvalidSigningKey
            The text is something else; nothing of it is repeated.
        """
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            raise InvalidSigningKey from None
        if not _has_exactly(parsed, {"kid": str, "private_key": dict}):
            raise InvalidSigningKey
        jwk = parsed["private_key"]
        if not _has_exactly(jwk, dict.fromkeys(("kty", "crv", "x", "d"), str)) or not _is_ed25519(jwk):
            raise InvalidSigningKey
        return cls(**parsed)

    def to_json(self) -> str:
        """Return the text that is kept in Secrets Manager."""
        return _json(asdict(self)).decode()

    @property
    def public_jwk(self) -> Jwk:
        """The public half, as a key set lists it (RFC 7517 section 4)."""
        public = {name: self.private_key[name] for name in ("kty", "crv", "x")}
        return public | {"kid": self.kid, "use": "sig", "alg": ALGORITHM}


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
    header = Header(alg=ALGORITHM, typ=TOKEN_TYPE, kid=key.kid)
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
        claims = claims._replace(org_id=organization.id, org=organization.slug, role=ROLE)
    payload = {name: value for name, value in claims._asdict().items() if value is not None}
    signing_input = f"{_encode(_json(header._asdict()))}.{_encode(_json(payload))}"
    private = Ed25519PrivateKey.from_private_bytes(_decode(key.private_key["d"]))
    return f"{signing_input}.{_encode(private.sign(signing_input.encode()))}"


def verify(token: str, find_key: Callable[[str], Jwk | None]) -> Claims:
    """Check an access token and return its claims.

    Stricter than JWT libraries are: header and claims are exactly those that `issue` writes, types are not
    coerced, the encoding is canonical, and the lifetime is bounded (RFC 8725). Of what the token says, only
    the key's id is used before the signature is verified.

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
        header, payload, signature = _parts(token)
        jwk = find_key(_read_header(header).kid)
        if jwk is None or not _is_ed25519(jwk):
            raise InvalidToken
        _public_key(jwk["x"]).verify(signature, token.rpartition(".")[0].encode())
        return _read_claims(payload)
    except (InvalidSignature, ValueError, RecursionError) as error:
        raise InvalidToken from error


def _parts(token: str) -> list[bytes]:
    if len(token) > MAX_CHARACTERS:
        raise InvalidToken
    parts = [_decode(encoded) for encoded in token.split(".")]
    if ".".join(_encode(octets) for octets in parts) != token:
        raise InvalidToken  # foreign characters, or unused low bits: one token would have several spellings
    return parts


@lru_cache(maxsize=MAX_KEYS)
def _read_header(octets: bytes) -> Header:
    header = Header(**_read_object(octets, Header.__annotations__))
    if (header.alg, header.typ) != (ALGORITHM, TOKEN_TYPE) or len(header.kid) > MAX_KEY_ID_CHARACTERS:
        raise InvalidToken
    return header


def _read_claims(octets: bytes) -> Claims:
    claims = Claims(**_read_object(octets, _OF_AN_ACCOUNT, _OF_AN_ORGANIZATION))
    if (claims.iss, claims.aud) != (settings().token_issuer, settings().token_audience):
        raise InvalidToken
    if claims.role not in (ROLE, None) or claims.epoch < 0:
        raise InvalidToken
    if not 0 <= claims.auth_time <= claims.iat + CLOCK_SKEW_SECONDS:
        raise InvalidToken
    if claims.nbf != claims.iat or claims.exp != claims.iat + LIFETIME_SECONDS:
        raise InvalidToken
    if not claims.iat - CLOCK_SKEW_SECONDS <= time.time() < claims.exp + CLOCK_SKEW_SECONDS:
        raise InvalidToken
    return claims


def _read_object(
    octets: bytes, members: Mapping[str, type], further: Mapping[str, type] = MappingProxyType({})
) -> dict[str, Any]:
    """Read a JSON object that is written as Tenantry writes it; its texts are printable and not empty.

    Its members are the given ones, with all the further ones or with none of them.
    """
    parsed = json.loads(octets)
    if not _has_exactly(parsed, members) and not _has_exactly(parsed, {**members, **further}):
        raise InvalidToken
    if _json(parsed) != octets:
        raise InvalidToken  # a member twice, or another charset: two parsers could read two different tokens
    if not all(text and text.isprintable() for text in parsed.values() if isinstance(text, str)):
        raise InvalidToken
    return dict(parsed)


def _has_exactly(value: Any, members: Mapping[str, type]) -> bool:
    """Tell whether a value of JSON is an object of these members alone, each of its type; true is no int."""
    return (
        isinstance(value, dict)
        and value.keys() == members.keys()
        and all(type(value[name]) is kind for name, kind in members.items())
    )


@lru_cache(maxsize=MAX_KEYS)
def _public_key(x: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(_decode(x))


def _is_ed25519(jwk: Jwk) -> bool:
    return jwk.items() >= _KEY_TYPE.items()


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
