"""The key that signs receipts, and the public halves, in the master collection `receipt_keys`.

The private half is derived from a secret of its own, whose text CloudFormation makes once, so it needs no
rotation function, and it cannot sign access tokens. Public halves stay for as long as receipts do: a receipt
says what was true when it was signed, so no key ends.
"""

import base64
import hashlib
import json
from datetime import datetime
from typing import Final, TypedDict

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from tenantry.identity import pyjwt
from tenantry.identity.keys.signing_key import KEY_TYPE, Jwk, SigningKey
from tenantry.runtime import moments, mongodb
from tenantry.runtime.secrets import read_secret
from tenantry.runtime.settings import settings

_PURPOSE: Final = b"tenantry receipts of erasure, Ed25519"
_SEED_BYTES: Final = 32  # RFC 8032 section 5.1.5


class ReceiptKey(TypedDict):
    """A public key as it is stored."""

    _id: str
    jwk: Jwk
    created_at: datetime


def receipt_keys() -> Collection[ReceiptKey]:
    """Return the master's collection of public keys of receipts."""
    return mongodb.collection("receipt_keys")


def read_private() -> SigningKey | None:
    """Return the key that signs; None where none is configured.

    Raises
    ------
    ServiceUnavailable
        Its secret could not be read.
    """
    arn = settings().receipt_key_secret_arn
    return derive(read_secret(arn)) if arn else None


def derive(secret: str) -> SigningKey:
    """Return the key that a secret text gives (RFC 5869), under its thumbprint as its id."""
    seed = HKDF(SHA256(), _SEED_BYTES, salt=None, info=_PURPOSE).derive(secret.encode())
    jwk = pyjwt.OKPAlgorithm.to_jwk(Ed25519PrivateKey.from_private_bytes(seed), as_dict=True)
    return SigningKey(thumbprint(jwk["x"]), KEY_TYPE | {"x": jwk["x"], "d": jwk["d"]})


def thumbprint(x: str) -> str:
    """Return the thumbprint of a public key (RFC 7638, RFC 8037 appendix A.3)."""
    canonical = json.dumps(KEY_TYPE | {"x": x}, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def publish(key: SigningKey) -> None:
    """Store the public half, before the first receipt is signed with the private one; repeatable."""
    if receipt_keys().find_one({"_id": key.kid}) is not None:
        return
    document: ReceiptKey = {"_id": key.kid, "jwk": key.public_jwk, "created_at": moments.now()}
    try:
        receipt_keys().insert_one(document)
    except DuplicateKeyError:
        return  # another process has stored it


def find_all() -> list[Jwk]:
    """Return the public keys of all receipts, the oldest first."""
    return [key["jwk"] for key in receipt_keys().find().sort("created_at", 1)]
