"""Signing receipts, and checking their signatures.

A signed receipt is a JSON Web Signature in compact serialisation, of a type of its own, so that it is no
access token and no access token is a receipt (RFC 8725 section 3.11). It does not expire.
"""

import time
from collections.abc import Iterable
from typing import Any, Final

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.identity import pyjwt as jwt
from tenantry.identity.keys.signing_key import ALGORITHM, KEY_TYPE, Jwk, SigningKey
from tenantry.lifecycle.receipts import keys
from tenantry.lifecycle.receipts.adding import Receipt, facts, receipts
from tenantry.runtime import mongodb
from tenantry.runtime.settings import settings

TYPE: Final = "receipt+jwt"
BATCH: Final = 20


class InvalidReceipt(ValueError):
    """A text is no receipt, or none that one of these keys has signed; the message says which."""


def sign_waiting() -> list[str]:
    """Sign receipts that wait for it, and return their ids; each is signed once, whoever signs at once.

    Nothing is done where the secret of the key is not configured, as on the command line.

    Raises
    ------
    ServiceUnavailable
        The secret could not be read; the receipts wait.
    pymongo.errors.PyMongoError
        Some may be signed, the others wait.
    """
    signed: list[str] = []
    while waiting := _find_waiting():
        key = keys.read_private()
        if key is None:
            break
        keys.publish(key)
        signed += [receipt["_id"] for receipt in waiting if _store(receipt, _sign(receipt, key))]
    return signed


def _find_waiting() -> list[Receipt]:
    unsigned = receipts().find({"unsigned_since": {"$exists": True}})
    return list(unsigned.sort("unsigned_since", 1).limit(BATCH))


def _sign(receipt: Receipt, key: SigningKey) -> str:
    claims = {"iss": settings().token_issuer, "iat": int(time.time())} | content(receipt)
    return jwt.encode(
        claims,
        jwt.PyJWK.from_dict(key.private_key, ALGORITHM),
        algorithm=ALGORITHM,
        headers={"typ": TYPE, "kid": key.kid},
    )


def content(receipt: Receipt) -> dict[str, Any]:
    """Return what a receipt says, as its signature covers it."""
    return {
        "jti": receipt["_id"],
        "sub": receipt["organization_id"],
        **facts(receipt),
    }


@mongodb.in_transaction
def _store(session: ClientSession, receipt: Receipt, signed: str) -> bool:
    """Store a signature unless another process has stored one; tell whether it is stored."""
    unsigned = {"_id": receipt["_id"], "unsigned_since": {"$exists": True}}
    changes = {"$set": {"signed": signed}, "$unset": {"unsigned_since": ""}}
    if not receipts().update_one(unsigned, changes, session=session).modified_count:
        return False
    details = {"receipt_id": receipt["_id"], "signed": signed}
    recording.record("receipt.signed", [receipt["organization_id"]], session, details)
    return True


def verify(signed: str, public_keys: Iterable[Jwk]) -> dict[str, Any]:
    """Check a signed receipt, and return what it says.

    Parameters
    ----------
    signed : str
        The compact serialisation.
    public_keys : iterable of dict
        Of which one has to be that of the signature.

    Raises
    ------
    InvalidReceipt
    """
    by_id = {key.get("kid"): key for key in public_keys}
    try:
        # nosemgrep: jwt-without-verification - it only chooses the key that has to have signed it, too
        header = jwt.get_unverified_header(signed)
        key = by_id.get(header.get("kid"))
        if header.get("typ") != TYPE:
            raise InvalidReceipt("it is a JSON Web Token of another kind")
        if key is None or not key.items() >= KEY_TYPE.items():
            raise InvalidReceipt("none of these keys has signed it")
        public = jwt.PyJWK.from_dict(KEY_TYPE | {"x": key["x"]}, ALGORITHM)
        options: Any = {"require": ["iss", "iat", "jti", "sub"], "verify_aud": False}
        claims: dict[str, Any] = jwt.decode(signed, public, algorithms=[ALGORITHM], options=options)
    except (jwt.PyJWTError, KeyError, TypeError, UnicodeError, RecursionError) as error:
        raise InvalidReceipt(f"its signature does not match: {error}") from error
    return claims
