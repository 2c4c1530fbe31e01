"""The master database: its client, indexes and views, and how commands and transactions run."""

import secrets
import time
from collections.abc import Callable, Iterable, MutableMapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import pymongo
from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure, WriteConcernError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from tenantry import snapshots
from tenantry.mongodb import REOPEN_SECONDS, REQUEST_TIMEOUT_SECONDS, CachedClient
from tenantry.secrets import read_secret
from tenantry.settings import settings

Document = dict[str, Any]

NAMESPACE_NOT_FOUND: Final = 26
NAMESPACE_EXISTS: Final = 48
QUERY_PLAN_KILLED: Final = 175  # by a rename or drop of the collection
COLLECTION_UUID_MISMATCH: Final = 361
INDEX_BUILD_IN_PROGRESS: Final = 12587

INDEXES: Final[dict[str, list[IndexModel]]] = {
    "organizations": [
        # Both slugs of an organization that is being renamed stand in `slugs`, so both are taken.
        IndexModel([("slugs", ASCENDING)], name="slugs", unique=True),
        IndexModel([("collection", ASCENDING)], name="collection", unique=True),
        IndexModel([("intent.created_at", ASCENDING)], name="intent_created_at", sparse=True),
        IndexModel([("index_changes.created_at", ASCENDING)], name="index_changes", sparse=True),
    ],
    "accounts": [
        IndexModel([("email", ASCENDING)], name="email", unique=True),
        IndexModel(
            [("without_organization_since", ASCENDING)], name="without_organization_since", sparse=True
        ),
    ],
    "members": [
        IndexModel(
            [("organization_id", ASCENDING), ("account_id", ASCENDING)],
            name="organization_account",
            unique=True,
        ),
        IndexModel([("account_id", ASCENDING)], name="account"),
    ],
    "name_holds": [
        IndexModel([("account_ids", ASCENDING)], name="accounts"),
        IndexModel([("held_until", ASCENDING)], name="held_until", expireAfterSeconds=0),
    ],
    "erasures": [IndexModel([("created_at", ASCENDING)], name="created_at")],
    "idempotency_keys": [IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0)],
    "login_attempts": [IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0)],
    "sessions": [
        IndexModel([("family_hash", ASCENDING)], name="family_hash", unique=True),
        IndexModel([("organization_id", ASCENDING)], name="organization"),
        IndexModel([("account_id", ASCENDING), ("expires_at", DESCENDING)], name="account_expires_at"),
        IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0),
    ],
    "signing_keys": [IndexModel([("not_after", ASCENDING)], name="not_after", expireAfterSeconds=0)],
    "audit": [
        IndexModel(
            [("organization_ids", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)], name="organization_at"
        ),
        IndexModel(
            [("account_id", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)],
            name="account_at",
            partialFilterExpression={"account_id": {"$exists": True}},
        ),
        IndexModel([("at", DESCENDING), ("_id", DESCENDING)], name="at"),
        IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0),
    ],
    "outbox": [
        IndexModel([("at", ASCENDING)], name="at"),
        IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0),
    ],
}
VIEWS: Final[dict[str, Document]] = {
    # So that whoever checks a token, or ends an account, need not be allowed to read password hashes.
    "account_epochs": {"viewOn": "accounts", "pipeline": [{"$project": {"auth_epoch": 1}}]},
    "unused_accounts": {"viewOn": "accounts", "pipeline": [{"$project": {"without_organization_since": 1}}]},
}


def _uri() -> str:
    configured = settings()
    return configured.mongodb_uri or read_secret(configured.mongodb_uri_secret_arn, max_age=REOPEN_SECONDS)


_main: Final = CachedClient(_uri)


def client() -> MongoClient[Document]:
    """Return the process's one client of the master's cluster; it connects with the first operation.

    Raises
    ------
    ServiceUnavailable
        The connection string cannot be read, or is none; nothing was sent.
    """
    return _main.get()


@snapshots.before_snapshot
def close() -> None:
    """Close the client; the next operation opens another."""
    _main.close()


def master() -> Database[Document]:
    """Return the database of all that is not a tenant's data: organizations, accounts, sessions, keys."""
    return client()[settings().master_database]


def ping() -> None:
    """Ask the server for an answer.

    Raises
    ------
    pymongo.errors.PyMongoError
        It gives none.
    """
    master().command("ping")


def check_access() -> None:
    """Read of the master database what every function may read; a ping is answered to strangers, too.

    Raises
    ------
    ServiceUnavailable, pymongo.errors.PyMongoError
        The server gives no answer, or does not accept the connection string's user.
    """
    collection("signing_keys").find_one({"_id": None})


def now() -> datetime:
    """Return the present moment as BSON keeps it: UTC, in whole milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def random_id(prefix: str) -> str:
    """Make an opaque id of 128 random bits; drawn per call, so a restored snapshot repeats none."""
    return f"{prefix}_{secrets.token_hex(16)}"


def random_object_id() -> ObjectId:
    """Make the id of a document; unlike pymongo's own, a restored snapshot repeats none."""
    return ObjectId(int(time.time()).to_bytes(4) + secrets.token_bytes(8))


def give_ids(documents: Iterable[Any]) -> None:
    """Give each document that has no `_id` one, as pymongo does, but of `random_object_id`."""
    for document in documents:
        if isinstance(document, MutableMapping):
            document.setdefault("_id", random_object_id())


def collection(name: str) -> Collection[Document]:
    """Return a collection of the master database."""
    return master()[name]


@cache
def ensure_schema() -> None:
    """Create the indexes and views of the master database where they are missing; once per process.

    Uniqueness of slugs and e-mail addresses rests on them, and so does every check of a token. So whatever
    inserts calls this first.
    """
    for name, indexes in INDEXES.items():
        collection(name).create_indexes(indexes)
    for name, view in VIEWS.items():
        _create_view(name, view)


def _create_view(name: str, view: Document) -> None:
    try:
        run_majority_command(master(), {"create": name} | view)
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:
            raise


def run_majority_command(database: Database[Document], command: Document) -> Document:
    """Run an administrative command that the majority must have; the driver does not retry it.

    Raises
    ------
    pymongo.errors.OperationFailure
        The server refused; nothing changed.
    pymongo.errors.WriteConcernError, pymongo.errors.ConnectionFailure
        Outcome unknown: it may have happened, and may yet be undone by a failover.
    """
    reply: Document = database.command(
        command | {"writeConcern": {"w": "majority"}}, codec_options=database.codec_options
    )
    if failure := reply.get("writeConcernError"):
        raise WriteConcernError(failure.get("errmsg", "write concern failed"), failure.get("code"), reply)
    return reply


def run_transaction[Result](
    callback: Callable[[ClientSession], Result], on: MongoClient[Document] | None = None
) -> Result:
    """Run a callback in a transaction, again as often as it meets a transient conflict, and commit it.

    The read concern is `local` because no other allows a transaction to create a collection; what it reads
    is a snapshot all the same, and the commit waits for the majority.

    Parameters
    ----------
    callback : callable
        Takes the session; may run several times.
    on : MongoClient, optional
        Where, if not on the master's cluster.

    Raises
    ------
    pymongo.errors.PyMongoError
        Outcome unknown: the transaction has happened wholly or not at all.
    """
    # The client's own timeout counts for each attempt anew, and the locks of a dead client stay for 60 s.
    with pymongo.timeout(REQUEST_TIMEOUT_SECONDS), (on or client()).start_session() as session:
        return session.with_transaction(
            callback, read_concern=ReadConcern("local"), write_concern=WriteConcern("majority")
        )
