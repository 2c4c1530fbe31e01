"""The issuer that a master database belongs to; no stack with another issuer uses it.

Two stacks on one database would retire each other's signing keys and publish each other's events. The issuer
is recorded with the first signing key (`tenantry.identity.keys.public_keys.publish`).
"""

import time
from datetime import datetime
from typing import Final, NamedTuple, TypedDict

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.errors import ServiceUnavailable
from tenantry.runtime import moments, mongodb, process
from tenantry.runtime.mongodb import Document
from tenantry.runtime.observability import logger
from tenantry.runtime.settings import settings

CACHE_SECONDS: Final = 60

_ID: Final = "issuer"  # of the collection's one document


class IssuerDocument(TypedDict):
    """The issuer that the master database belongs to, and since when."""

    _id: str
    iss: str
    recorded_at: datetime


class _Answer(NamedTuple):
    owner: str | None
    of: MongoClient[Document]
    at: float


_answer: _Answer | None = None


def issuer() -> Collection[IssuerDocument]:
    """Return the master's collection of one document, its issuer's."""
    return mongodb.collection("issuer")


def check() -> None:
    """Refuse a master database of another issuer; the answer counts for a minute of one connection.

    A database that has no issuer yet passes, and so does a function that uses none.

    Raises
    ------
    ServiceUnavailable
        It belongs to another issuer; the log says what to do.
    """
    global _answer  # noqa: PLW0603 - the cache of the execution environment
    configured = settings()
    if not (configured.mongodb_uri or configured.mongodb_uri_secret_arn):
        return
    if _answer is None or _answer.of is not mongodb.client() or time.time() - _answer.at > CACHE_SECONDS:
        _answer = _ask(_answer)
    if _is_foreign(_answer):
        logger.error(refusal(f"the issuer {_answer.owner}"))
        raise ServiceUnavailable


def _ask(before: _Answer | None) -> _Answer:
    if before and _is_foreign(before):
        mongodb.close()  # whose connection string may have been corrected since
    client = mongodb.client()
    return _Answer(recorded(), client, time.time())


def _is_foreign(answer: _Answer) -> bool:
    return answer.owner not in {None, settings().token_issuer}


def recorded(session: ClientSession | None = None) -> str | None:
    """Return the issuer that the master database belongs to; None before the first signing key."""
    document = issuer().find_one({"_id": _ID}, session=session)
    return document["iss"] if document else None


def check_access() -> None:
    """Read from the master database what every function may read, for a ping is answered to strangers, too.

    Raises
    ------
    ServiceUnavailable, pymongo.errors.PyMongoError
        The server gives no answer, or does not accept the connection string's user.
    """
    recorded()


def record(iss: str, session: ClientSession) -> None:
    """Record within a transaction that the master database belongs to an issuer."""
    document = {"iss": iss, "recorded_at": moments.now()}
    issuer().replace_one({"_id": _ID}, document, upsert=True, session=session)


def refusal(owner: str) -> str:
    """Return what an operator has to know about a database that belongs to somebody else."""
    configured = settings()
    return (
        f"The master database {configured.master_database} belongs to {owner}, and this is the issuer "
        f"{configured.token_issuer}. Give this stack a MasterDatabase and a TenantDatabase of its own or, "
        f"if the other one is gone, run `tenantry setup-database --issuer {configured.token_issuer}`."
    )


@process.forgets
def _forget() -> None:
    global _answer  # noqa: PLW0603
    _answer = None
