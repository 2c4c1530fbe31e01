"""When each secret of a key was used last, in the master collection `api_key_uses`.

It tells whether anybody still uses a key, or the earlier secret of one that is being rotated. An execution
environment notes the use of a secret at most once in `NOTED_EVERY_SECONDS`, so most requests wait for
nothing. It is a collection of its own, so that the functions which note it need not change keys.
"""

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Final, TypedDict

import pymongo
from pymongo.collection import Collection
from pymongo.errors import PyMongoError
from pymongo.write_concern import WriteConcern

from tenantry.errors import TenantryError
from tenantry.runtime import moments, mongodb, process
from tenantry.runtime.observability import log_failure

NOTED_EVERY_SECONDS: Final = 60
TIMEOUT_SECONDS: Final = 2  # whoever sent the request waits meanwhile
_MAX_KNOWN: Final = 10_000

_noted_at: Final[dict[str, float]] = {}


class UseDocument(TypedDict):
    """The last use of the secret whose id this is, as it is stored."""

    _id: str
    at: datetime


def api_key_uses() -> Collection[UseDocument]:
    """Return the master's collection of last uses."""
    return mongodb.collection("api_key_uses")


def note(secret_id: str) -> None:
    """Note that a secret is used at this moment, unless this process has done so a moment ago.

    What cannot be written is logged and lost, for the request does not depend on it.
    """
    now = time.monotonic()
    noted_at = _noted_at.get(secret_id)
    if noted_at is not None and now - noted_at < NOTED_EVERY_SECONDS:
        return
    if len(_noted_at) >= _MAX_KNOWN:
        _noted_at.clear()
    _noted_at[secret_id] = now
    try:
        _write(secret_id)
    except (PyMongoError, TenantryError) as error:
        log_failure("The use of a key was not noted", error, secret_id=secret_id)


def _write(secret_id: str) -> None:
    collection = api_key_uses().with_options(write_concern=WriteConcern(1))
    with pymongo.timeout(TIMEOUT_SECONDS):
        collection.update_one({"_id": secret_id}, {"$max": {"at": moments.now()}}, upsert=True)


def find(secret_ids: Iterable[str]) -> dict[str, datetime]:
    """Return when secrets were used last, as far as that is kept (`tenantry.registry.schema`)."""
    return {use["_id"]: use["at"] for use in api_key_uses().find({"_id": {"$in": list(secret_ids)}})}


@process.forgets
def forget() -> None:
    """Forget which uses have been noted."""
    _noted_at.clear()
