"""Thousands of organizations with accounts, members and collections, on a server that keeps them.

The data are as the library would have written them, except that all accounts have one password, so that it is
hashed once. Organizations that an earlier run has created are kept.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import batched
from pathlib import Path
from typing import Final, NamedTuple

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import AutoReconnect
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

from bench.environments import Environment
from local.mongod import running_mongod
from local.mongod_programs import mongod_binary
from local.processes import free_port
from tenantry.identity import accounts, members
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.identity.passwords import hash_password
from tenantry.registry import clusters, names, schema
from tenantry.registry.organizations import changing
from tenantry.registry.organizations.document import OWN_NAMESPACES, create_document, organizations
from tenantry.runtime import mongodb
from tenantry.runtime.settings import settings

DATA: Final = Path(__file__).parents[2] / ".local" / "scale"
PASSWORD: Final = "correct horse battery staple"  # noqa: S105 - of servers that only this machine reaches
NOTE: Final = {"_id": "note", "text": "hello " * 20, "tags": ["one", "two"], "count": 7}
# On MongoDB 6.0.5 creating a collection waits for a copy of the catalog, which concurrent creations share.
# They take turns with the transactions that insert the organizations, because the server admits 128 writes
# at once.
CREATORS: Final = 128
TURN: Final = 2_000  # organizations
BATCH: Final = 50  # organizations; their 150 master documents are written in one short transaction

# A collection is two files. Files that are created between two checkpoints stay open until the second, and
# mongod aborts when it reaches its limit of open files.
FEW_OPEN_FILES: Final = (
    *("--setParameter", "wiredTigerFileHandleCloseIdleTime=5"),  # seconds
    *("--setParameter", "wiredTigerFileHandleCloseScanInterval=1"),  # seconds
    *("--setParameter", "wiredTigerFileHandleCloseMinimum=1000"),
    *("--syncdelay", "10"),  # seconds between checkpoints
)
# With a small cache, so many changes between two checkpoints would keep the server busy with evictions.
LARGE_CACHE: Final = ("--wiredTigerEngineConfigString", "cache_size=4GB")


class Server(NamedTuple):
    """A running server with its organizations."""

    uri: str
    process_id: int
    data: Path
    log: Path


@contextmanager
def running(size: int) -> Iterator[Server]:
    """Run the server that keeps a number of organizations, and create those that are missing."""
    binary = mongod_binary()
    if binary is None:
        raise SystemExit("The bundled mongod does not run on this machine.")
    data = DATA / f"{size}"
    with (
        running_mongod(binary, data, free_port(), options=(*FEW_OPEN_FILES, *LARGE_CACHE)) as (child, uri),
        MongoClient[mongodb.Document](uri) as client,
    ):
        try:
            if client[settings().master_database]["organizations"].count_documents({}) < size:
                with Environment(uri, SigningKey.generate()) as environment:
                    environment.run(populate, uri, size)
            yield Server(uri, child.pid, data, child.log)
        finally:
            with suppress(AutoReconnect):
                client.admin.command("shutdown", force=True)
            child.wait()  # for longer than `running_mongod` would; a killed server starts slowly


def name_of(number: int) -> str:
    """Return the name of an organization."""
    return f"Tenant {number:06}"


def email_of(number: int) -> str:
    """Return the e-mail address of an organization's owner."""
    return f"owner@tenant-{number:06}.example"


def populate(uri: str, size: int) -> None:
    """Create the organizations that are missing, on the databases of this process's settings.

    Collections come first. If a run is killed, some have no organizations; the next run creates these.
    """
    schema.ensure_schema()
    clusters.register(clusters.MAIN, limit=4 * size)  # twice what they take
    password_hash = hash_password(PASSWORD)
    done = organizations().count_documents({})
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with (
        MongoClient[mongodb.Document](uri, maxPoolSize=CREATORS) as client,
        ThreadPoolExecutor(CREATORS) as creators,
        Progress(*columns) as progress,
    ):
        tenants = client[settings().tenant_database]
        task = progress.add_task("organizations", total=size, completed=done)
        for turn in batched(range(done, size), TURN, strict=False):
            list(creators.map(partial(_create_collection, tenants), turn))
            for numbers in batched(turn, BATCH, strict=False):
                mongodb.run_transaction(partial(_insert, numbers, password_hash))
            progress.advance(task, len(turn))


def _create_collection(tenants: Database[mongodb.Document], number: int) -> int:
    collection = names.collection_of(names.slug_of(name_of(number)))
    tenants[collection].replace_one({"_id": NOTE["_id"]}, NOTE, upsert=True)
    return number


def _insert(numbers: tuple[int, ...], password_hash: str, session: ClientSession) -> None:
    reserved = OWN_NAMESPACES * len(numbers)
    clusters.reserve(clusters.MAIN, reserved, session)
    for number in numbers:
        name = name_of(number)
        organization = create_document(name, names.slug_of(name), {})
        account = accounts.create_document(email_of(number), password_hash)
        changing.insert(organization, session)
        accounts.insert(account, session)
        members.insert(organization["_id"], account["_id"], "owner", session)
