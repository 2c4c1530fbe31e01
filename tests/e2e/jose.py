"""JSON Web Signatures with Ed25519 (RFC 7515, RFC 8037), on `cryptography` alone."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Object = dict[str, Any]


def decode(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def header_of(token: str) -> Object:
    return dict(json.loads(decode(token.partition(".")[0])))


def claims_of(token: str) -> Object:
    return dict(json.loads(decode(token.split(".")[1])))


def verify(token: str, jwk: Object) -> None:
    """Raise unless the token was signed with the private half of the key."""
    signed, _, signature = token.rpartition(".")
    public = Ed25519PublicKey.from_public_bytes(decode(jwk["x"]))
    public.verify(decode(signature), signed.encode())


def sign(header: Object, claims: Object, private_jwk: Object) -> str:
    """Sign anything, whether it makes sense or not."""
    signed = ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    private = Ed25519PrivateKey.from_private_bytes(decode(private_jwk["d"]))
    return f"{signed}.{encode(private.sign(signed.encode()))}"
