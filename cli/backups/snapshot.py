"""One organization as it is at one moment, read while others write."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import bson
from pymongo.client_session import ClientSession
from pymongo.database import Database

from cli.backups import indexes
from cli.backups.archive import EXACT, Document, Namespace, described
from cli.backups.collections import OwnCollection, PooledCollection, TenantCollection, describe
from cli.backups.errors import BackupError
from cli.backups.indexes import ForeignCollection
from cli.connection import Databases
from tenantry.registry.organizations.document import OrganizationDocument, place_of

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
def taken(databases: Databases, organization: OrganizationDocument) -> Iterator[Snapshot]:
    """Read an organization at one cluster time, for the length of a `with` block.

    MongoDB 6.0 looks the collection's name up at present and its documents at the snapshot's time; 7.0 looks
    both up at the snapshot's time. So what stands under the name is compared before and after the first
    documents are read, and the command names its UUID. From then on the cursor holds on to that collection,
    or dies with a rename or drop (QueryPlanKilled). Another cluster than the master's has a time of its own;
    the organization must be the same before and after that.

    Parameters
    ----------
    databases : Databases
        Where it is.
    organization : OrganizationDocument
        As it was read a moment ago.

    Raises
    ------
    OrganizationMoved
        It has changed since, or is elsewhere.
    BackupError
        The collection cannot be backed up.
    """
    collection = _collection_of(databases, organization)
    before = collection.describe()
    if before is None:
        raise OrganizationMoved
    tenant = described(databases.tenants.name, organization["collection"], before)
    _check_restorable(tenant)
    with ExitStack() as sessions:
        session = sessions.enter_context(databases.master.client.start_session(snapshot=True))
        master = _read_master(databases.master, session, organization)
        if collection.client != databases.master.client:
            session = sessions.enter_context(collection.client.start_session(snapshot=True))
        documents = collection.read(session, before["uuid"])
        first = next(documents, b"")
        if collection.describe() != before or not _is_unchanged(databases, organization):
            raise OrganizationMoved
        yield Snapshot([*master, (tenant, chain([first], documents))], collection.size())


def _check_restorable(tenant: Namespace) -> None:
    try:
        indexes.checked(tenant.metadata)
    except ForeignCollection as error:
        raise BackupError(
            f"{tenant.collection} could not be restored, for Tenantry makes no such collection: {error}; "
            "remove that, or back the collection up with mongodump"
        ) from None


def _collection_of(databases: Databases, organization: OrganizationDocument) -> TenantCollection:
    place = place_of(organization)
    tenants = databases.clusters.get(place.cluster)
    if tenants is None:
        raise BackupError(
            f"There is no connection string for the cluster {place.cluster}; see --mongodb-clusters"
        )
    if place.kind == "pooled":
        return PooledCollection(tenants, place.collection, organization["_id"])
    return OwnCollection(tenants, place.collection)


def _is_unchanged(databases: Databases, organization: OrganizationDocument) -> bool:
    present = databases.master["organizations"].find_one({"_id": organization["_id"]}, {"version": 1})
    return present is not None and present["version"] == organization["version"]


def _read(database: Database[Any], name: str, query: Document, session: ClientSession) -> Iterator[bytes]:
    """Yield the documents that match, as they come from the server and never decoded."""
    yield from database[name].find_raw_batches(query, session=session)


def _read_master(
    master: Database[Any], session: ClientSession, organization: OrganizationDocument
) -> list[tuple[Namespace, Iterator[bytes]]]:
    def read(name: str, query: Document) -> bytes:
        return b"".join(_read(master, name, query, session))

    stored = read("organizations", {"_id": organization["_id"]})
    for document in bson.decode_all(stored, EXACT):
        if document["state"] == "active" and document["version"] == organization["version"]:
            break
    else:
        raise OrganizationMoved
    members = read("members", {"organization_id": organization["_id"]})
    account_ids = [member["account_id"] for member in bson.decode_all(members, EXACT)]
    accounts = read("accounts", {"_id": {"$in": account_ids}})
    data = dict(zip(MASTER_COLLECTIONS, (stored, members, accounts), strict=True))
    return [
        (described(master.name, name, describe(master, name) or {}), iter([documents]))
        for name, documents in data.items()
    ]
