"""The private key that signs tokens, as its secret holds it: a JSON Web Key for Ed25519 (RFC 8037)."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tenantry.identity import pyjwt

Jwk = dict[str, str]

ALGORITHM: Final = "EdDSA"  # RFC 8037 section 3.1
KEY_TYPE: Final[Jwk] = {"kty": "OKP", "crv": "Ed25519"}  # RFC 8037 section 2


class InvalidSigningKey(ValueError):
    """A text is no signing key."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the id under which its public half is found.

    Parameters
    ----------
    kid : str
        The id, which tokens name in their header.
    private_key : dict
        The JSON Web Key with both halves.
    """

    kid: str
    private_key: Jwk = field(repr=False)

    @classmethod
    def generate(cls) -> "SigningKey":
        """Make a key from the operating system's randomness."""
        jwk = pyjwt.OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate(), as_dict=True)
        return cls(kid=secrets.token_hex(8), private_key=KEY_TYPE | {"x": jwk["x"], "d": jwk["d"]})

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
        match parsed:
            case {"kid": str(kid), "private_key": {"x": str(x), "d": str(d)} as private_key}:
                key = cls(kid, KEY_TYPE | {"x": x, "d": d})
                if parsed.keys() == {"kid", "private_key"} and private_key == key.private_key:
                    return key
        raise InvalidSigningKey

    def to_json(self) -> str:
        """Return the text that is kept in Secrets Manager."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @property
    def public_jwk(self) -> Jwk:
        """The public half, as a key set lists it (RFC 7517 section 4)."""
        return KEY_TYPE | {"x": self.private_key["x"], "kid": self.kid, "use": "sig", "alg": ALGORITHM}
