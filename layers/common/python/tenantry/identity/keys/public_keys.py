"""Public halves of the signing keys, in the master collection `signing_keys`.

Whoever verifies tokens reads them here, so that it needs neither the secret nor Secrets Manager.
"""

import time
from datetime import datetime, timedelta
from typing import Final, NotRequired, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.audit import recording
from tenantry.identity.keys.signing_key import Jwk
from tenantry.registry import issuer
from tenantry.runtime import moments, mongodb, process
from tenantry.runtime.settings import settings

CACHE_SECONDS: Final = 300
UNKNOWN_KEY_PAUSE_SECONDS: Final = 1  # forged key ids must not become a storm of reads

_keys: dict[str, "PublicKeyDocument"] = {}
_read_at: float = 0.0


class PublicKeyDocument(TypedDict):
    """A public key as it is stored; a retired one ends at `not_after`.

    `iss` is missing in keys that were published before keys had issuers.
    """

    _id: str
    jwk: Jwk
    iss: NotRequired[str]
    created_at: datetime
    not_after: NotRequired[datetime]


def signing_keys() -> Collection[PublicKeyDocument]:
    """Return the master's collection of public keys."""
    return mongodb.collection("signing_keys")


def publish(jwk: Jwk, current_key_id: str | None = None) -> None:
    """Publish a public key, before the first token is signed with its private half; repeatable.

    The first one makes the master database its issuer's.

    Parameters
    ----------
    jwk : dict
        The public half.
    current_key_id : str, optional
        The issuer's key that signs at the moment. If it was published before keys had issuers, they and the
        database become this issuer's.

    Raises
    ------
    RuntimeError
        The database belongs to another issuer. Nothing changed.
    """
    global _read_at  # noqa: PLW0603 - what is cached does not hold the key
    _publish(jwk, current_key_id)
    _read_at = 0.0


@mongodb.in_transaction
def _publish(session: ClientSession, jwk: Jwk, current_key_id: str | None) -> None:
    _claim(current_key_id, session)
    published = signing_keys().update_one(
        {"_id": jwk["kid"]},
        {
            "$set": {"jwk": jwk, "iss": settings().token_issuer},
            "$setOnInsert": {"created_at": moments.now()},
        },
        upsert=True,
        session=session,
    )
    if published.upserted_id is not None:
        recording.record("signing_key.published", [], session, {"kid": jwk["kid"]})


@mongodb.in_transaction
def retire_all_but(session: ClientSession, key_id: str, after: timedelta) -> None:
    """Let every other key of this issuer end after a while; one that has an end already keeps it."""
    lasting = {"_id": {"$ne": key_id}, "iss": settings().token_issuer, "not_after": None}
    key_ids = [key["_id"] for key in signing_keys().find(lasting, session=session)]
    if key_ids:
        signing_keys().update_many(lasting, {"$set": {"not_after": moments.now() + after}}, session=session)
        recording.record("signing_key.retired", [], session, {"kids": key_ids})


@mongodb.in_transaction
def revoke(session: ClientSession, key_id: str) -> bool:
    """End a retired key at once; who has read the keys before knows it `CACHE_SECONDS` later at most.

    Returns
    -------
    bool
        Whether the key was a retired one; if not, nothing changed.
    """
    now = moments.now()
    retired = {"_id": key_id, "not_after": {"$ne": None}}
    before = signing_keys().find_one_and_update(retired, {"$min": {"not_after": now}}, session=session)
    if before is not None and before["not_after"] > now:
        recording.record("signing_key.revoked", [], session, {"kid": key_id})
    return before is not None


@mongodb.in_transaction
def hand_over(session: ClientSession, new_issuer: str) -> None:
    """Make the master database another issuer's, and end the keys of the one before at once; repeatable.

    Keys from before keys had issuers, in a database that is nobody's yet, become the new issuer's.
    """
    if issuer.recorded(session) is None:
        _adopt_keys(new_issuer, session)
    issuer.record(new_issuer, session)
    of_others = {"iss": {"$ne": new_issuer}}
    for key in signing_keys().find(of_others, session=session):
        recording.record("signing_key.revoked", [], session, {"kid": key["_id"]})
    signing_keys().delete_many(of_others, session=session)


def all_keys() -> list[dict[str, str | int]]:
    """Return the public keys that verify tokens at this moment, as the database has them, the oldest first.

    Each says when it was published (`iat`, as in OpenID Federation 1.0 section 8.7), so that anybody sees
    whether rotation goes on. Whoever does not know this member ignores it (RFC 7517 section 4).
    """
    _read()
    return [key["jwk"] | {"iat": int(key["created_at"].timestamp())} for key in _keys.values()]


def find_key(key_id: str) -> Jwk | None:
    """Return the public key of an id, looking again for one that is not known yet."""
    age = time.time() - _read_at
    if age > CACHE_SECONDS or (key_id not in _keys and age > UNKNOWN_KEY_PAUSE_SECONDS):
        _read()
    key = _keys.get(key_id)
    return key["jwk"] if key else None


def find_newest(iss: str) -> PublicKeyDocument | None:
    """Return an issuer's newest key that has no end, as the database has it now; None if there is none."""
    lasting = {"iss": {"$in": [iss, None]}, "not_after": None}
    return signing_keys().find_one(lasting, sort=[("created_at", -1)])


@process.forgets
def _forget() -> None:
    global _keys, _read_at
    _keys, _read_at = {}, 0.0


def _read() -> None:
    global _keys, _read_at  # noqa: PLW0603 - the cache of the execution environment
    valid = {
        "iss": {"$in": [settings().token_issuer, None]},
        "$or": [{"not_after": None}, {"not_after": {"$gt": moments.now()}}],
    }
    _keys = {key["_id"]: key for key in signing_keys().find(valid).sort("created_at", 1)}
    _read_at = time.time()


def _claim(current_key_id: str | None, session: ClientSession) -> None:
    """Make a database that is nobody's yet this issuer's; refuse that of another."""
    own, owner = settings().token_issuer, issuer.recorded(session)
    if owner is None:
        lasting = {"iss": None, "not_after": None}
        key_ids = [key["_id"] for key in signing_keys().find(lasting, session=session)]
        if key_ids and current_key_id not in key_ids:
            raise RuntimeError(issuer.refusal(f"whoever signs with {', '.join(key_ids)}"))
        issuer.record(own, session)
        _adopt_keys(own, session)
    elif owner != own:
        raise RuntimeError(issuer.refusal(f"the issuer {owner}"))


def _adopt_keys(own: str, session: ClientSession) -> None:
    adopted = {"$set": {"iss": own}}
    signing_keys().update_many({"iss": None}, adopted, session=session)
