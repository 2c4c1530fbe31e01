"""One organization as it is at one moment, read while others write."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import bson
from pymongo.client_session import ClientSession
from pymongo.database import Database

from cli.backups.archive import EXACT, Document, Namespace
from cli.backups.collections import describe
from cli.backups.errors import BackupError
from cli.connection import Databases

MASTER_COLLECTIONS: Final = ("organizations", "members", "accounts")


class OrganizationMoved(Exception):
    """The collection was renamed, dropped or given another index before its first documents were read."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one organization consists of.

    Parameters
    ----------
    contents : list of (Namespace, iterator of bytes)
        Its document, its members, their accounts and its collection; the latter is read as it is iterated.
    data_bytes : int
        Size of the collection's documents at the moment.
    """

    contents: list[tuple[Namespace, Iterator[bytes]]]
    data_bytes: int


@contextmanager
def taken(databases: Databases, organization_id: str, collection: str) -> Iterator[Snapshot]:
    """Read an organization at one cluster time, for the length of a `with` block.

    The server looks the collection's name up at present and its documents at the snapshot's time. So what
    stands under the name is compared before and after the first documents are read; from then on the cursor
    holds on to that collection and dies with a rename or drop (QueryPlanKilled).

    Parameters
    ----------
    databases : Databases
        Where it is.
    organization_id, collection : str
        The organization and what its collection was called a moment ago.

    Raises
    ------
    OrganizationMoved
        It is not called that any more.
    BackupError
        The collection cannot be backed up.
    """
    before = describe(databases.tenants, collection)
    if before and before["options"].get("capped"):
        raise BackupError(f"{collection} is capped, and MongoDB reads no capped collection at one moment")
    with databases.master.client.start_session(snapshot=True) as session:
        master = _read_master(databases.master, session, organization_id, collection)
        documents = _read(databases.tenants, collection, {}, session)
        first = next(documents, b"")
        if before is None or describe(databases.tenants, collection) != before:
            raise OrganizationMoved
        statistics: Any = databases.tenants.command("collStats", collection)
        tenant = Namespace(databases.tenants.name, collection, before)
        yield Snapshot([*master, (tenant, chain([first], documents))], statistics["size"])


def _read(
    database: Database[Any], collection: str, query: Document, session: ClientSession
) -> Iterator[bytes]:
    """Yield the documents that match, as they come from the server and never decoded."""
    yield from database[collection].find_raw_batches(query, session=session)


def _read_master(
    master: Database[Any], session: ClientSession, organization_id: str, collection: str
) -> list[tuple[Namespace, Iterator[bytes]]]:
    def read(name: str, query: Document) -> bytes:
        return b"".join(_read(master, name, query, session))

    organization = read("organizations", {"_id": organization_id})
    for found in bson.decode_all(organization, EXACT):
        if found["state"] == "active" and found["collection"] == collection:
            break
    else:
        raise OrganizationMoved
    members = read("members", {"organization_id": organization_id})
    account_ids = [member["account_id"] for member in bson.decode_all(members, EXACT)]
    accounts = read("accounts", {"_id": {"$in": account_ids}})
    data = dict(zip(MASTER_COLLECTIONS, (organization, members, accounts), strict=True))
    return [
        (Namespace(master.name, name, describe(master, name) or {}), iter([documents]))
        for name, documents in data.items()
    ]
