"""Whether this service can take requests: what a deployment waits for, at a price that strangers may ask.

Whatever is found counts for `CACHE_SECONDS` in this process, so a thousand requests a second ask the database
as often as one.
"""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

import pymongo
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from tenantry.identity.keys import public_keys
from tenantry.registry import issuer, schema_differences
from tenantry.runtime import process
from tenantry.runtime.observability import log_failure, logger
from tenantry.runtime.settings import settings

CACHE_SECONDS: Final = 10
WRITABLE_SECONDS: Final = 2  # a majority that takes longer is none that requests could wait for


class _Answer(NamedTuple):
    failed: list[str]
    at: float


_answer: _Answer | None = None


def failed_checks() -> list[str]:
    """Return the names of the checks that fail, none if the service is ready; the log says why.

    ``writable``: the majority of the master's servers confirms writes. ``schema``: all indexes and views are
    there as this version defines them. ``signing_key``: this issuer has published a key that has no end.
    """
    global _answer  # noqa: PLW0603 - the cache of the execution environment
    if _answer is None or time.monotonic() - _answer.at > CACHE_SECONDS:
        failed = [name for name, check in _CHECKS.items() if not _passes(name, check)]
        _answer = _Answer(failed, time.monotonic())
    return _answer.failed


def _passes(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except PyMongoError as error:
        log_failure("The service is not ready", error, check=name)
        return False


def is_writable() -> bool:
    """Tell whether the majority confirms writes, by a user who may write nothing.

    A linearizable read is answered once the majority has confirmed that the server is a primary that can
    confirm writes with {w: "majority"}, for which the server writes to its log:
    https://www.mongodb.com/docs/manual/reference/read-concern-linearizable/

    Raises
    ------
    pymongo.errors.PyMongoError
        It does not, or not within `WRITABLE_SECONDS`.
    """
    with pymongo.timeout(WRITABLE_SECONDS):
        issuer.issuer().with_options(read_concern=ReadConcern("linearizable")).find_one({"_id": "issuer"})
    return True


def _has_schema() -> bool:
    differences = schema_differences.find()
    if differences:
        logger.error(
            "Indexes or views are missing or different; run `tenantry setup-database`",
            missing=differences.missing,
            different=differences.different,
        )
    return not differences


def _has_signing_key() -> bool:
    if public_keys.find_newest(settings().token_issuer) is None:
        logger.error("There is no signing key; look at the log of rotate_signing_key, and rotate the secret")
        return False
    return True


_CHECKS: Final[dict[str, Callable[[], bool]]] = {
    "writable": is_writable,
    "schema": _has_schema,
    "signing_key": _has_signing_key,
}


@process.forgets
def _forget() -> None:
    global _answer  # noqa: PLW0603
    _answer = None
