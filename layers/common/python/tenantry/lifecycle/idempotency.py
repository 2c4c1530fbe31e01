"""Idempotency keys: a client may repeat the creation of an organization without creating two.

A key is claimed before the work begins and completed within the transaction that does it, so a kill leaves
either a finished creation, whose answer is given again, or none, which the next request with the key does.
See https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hashlib
import json
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypedDict

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from tenantry.errors import IdempotencyKeyReused, RequestInFlight
from tenantry.runtime import moments, mongodb

CLAIMED_FOR: Final = timedelta(seconds=20)  # longer than a function can run
KEPT_FOR: Final = timedelta(hours=24)

Answer = dict[str, Any]


class Key(NamedTuple):
    """An idempotency key and what is asked for under it.

    Parameters
    ----------
    scope : str
        Whose key it is; another caller's equal key is a different one.
    text : str
        The Idempotency-Key field.
    request : dict
        What is asked for, without secrets, for its hash is stored.
    """

    scope: str
    text: str
    request: dict[str, Any]


class KeyDocument(TypedDict):
    """An idempotency key as it is stored: digests of whose it is and what was asked for, and the answer.

    `attempt` names the request that does the work, which no other does before `claimed_until`.
    """

    _id: str
    request: str
    attempt: str
    claimed_until: datetime
    answer: Answer | None
    expires_at: datetime


def idempotency_keys() -> Collection[KeyDocument]:
    """Return the master's collection of idempotency keys."""
    return mongodb.collection("idempotency_keys")


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do the work of one idempotency key, or what it gave when it was done."""

    record_id: str
    attempt: str
    answer: Answer | None

    def complete(self, answer: Answer, session: ClientSession) -> None:
        """Keep the answer, within the transaction that does the work.

        Raises
        ------
        RequestInFlight
            The claim has run out and another request has it; the transaction is aborted.
        """
        completed = idempotency_keys().update_one(
            {"_id": self.record_id, "attempt": self.attempt, "answer": None},
            {"$set": {"answer": answer, "expires_at": moments.now() + KEPT_FOR}},
            session=session,
        )
        if completed.matched_count != 1:
            raise RequestInFlight

    def release(self) -> None:
        """Give the key back after a definite failure, which left no trace."""
        idempotency_keys().delete_one({"_id": self.record_id, "attempt": self.attempt, "answer": None})


def claim(key: Key) -> Claim:
    """Claim an idempotency key.

    Raises
    ------
    IdempotencyKeyReused
        The key has been used for a different request.
    RequestInFlight
        The same request is at work at this moment, or was killed less than 20 s ago.
    """
    now = moments.now()
    record: KeyDocument = {
        "_id": _digest([key.scope, key.text]),
        "request": _digest(key.request),
        "attempt": secrets.token_hex(16),
        "claimed_until": now + CLAIMED_FOR,
        "answer": None,
        "expires_at": now + KEPT_FOR,
    }
    try:
        idempotency_keys().insert_one(record)
    except DuplicateKeyError:
        record = _take_over(record)
    return Claim(record["_id"], record["attempt"], record["answer"])


def _take_over(wanted: KeyDocument) -> KeyDocument:
    """Return the finished record, or claim again one whose claim has run out."""
    free = {"_id": wanted["_id"], "request": wanted["request"], "answer": None}
    taken = idempotency_keys().find_one_and_update(
        free | {"claimed_until": {"$lt": moments.now()}},
        {"$set": {"attempt": wanted["attempt"], "claimed_until": wanted["claimed_until"]}},
        return_document=ReturnDocument.AFTER,
    )
    record = taken or idempotency_keys().find_one({"_id": wanted["_id"]})
    if record is None:
        raise RequestInFlight  # it has just failed and given the key back
    if record["request"] != wanted["request"]:
        raise IdempotencyKeyReused
    if record["answer"] is None and taken is None:
        remaining = record["claimed_until"] - moments.now()
        raise RequestInFlight(retry_after_seconds=max(1, math.ceil(remaining.total_seconds())))
    return record


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
