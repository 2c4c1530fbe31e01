"""The places between which the tests move documents."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from bson.raw_bson import RawBSONDocument
from pymongo.database import Database

from tenantry.identity.members import Membership
from tenantry.lifecycle.moves import operations, records
from tenantry.lifecycle.moves.changes import followed
from tenantry.lifecycle.moves.copying import Copy
from tenantry.lifecycle.moves.errors import OutOfTime
from tenantry.registry import clusters
from tenantry.registry.clusters import tenant_database
from tenantry.registry.organizations.document import Kind, Place
from tenantry.storage import pools
from tenantry.storage.opening import open_place
from tenantry.storage.raw.documents import RawDocuments
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.moves.places import AROUND, DOCUMENTS, POOLS, Places, interrupt
from tests.support.databases import Databases, Document

ORGANIZATION_ID = "org_1"
NEIGHBOUR_IDS = ("org_0", "org_10", "org_2")  # on both sides of it in the index of a pool
PLACES = {
    "own": (Place("main", "collection", "org_google"), Place("second", "collection", "org_google")),
    "pooled": (Place("main", "pooled", "pool_1"), Place("second", "pooled", "pool_2")),
}


@dataclass(frozen=True)
class Route:
    """Where documents are moved from and to."""

    source: Place
    target: Place

    def insert(self, *documents: Document) -> None:
        """Insert documents of the organization at the source."""
        for document in documents:
            collection_of(self.source).insert_one(as_stored(document, self.source))

    def documents(self, place: Place) -> list[bytes]:
        """Return all documents of the organization at a place, in the order of their ids."""
        with open_place(place, ORGANIZATION_ID).raw() as endpoint:
            return [bytes(document.raw) for document in endpoint.read_range(None, None)]

    @contextmanager
    def copying(self) -> Iterator[Copy]:
        """Begin a copy that nobody takes over."""
        with ExitStack() as stack:
            ends: list[RawDocuments] = [
                stack.enter_context(open_place(place, ORGANIZATION_ID).raw())
                for place in (self.source, self.target)
            ]
            changes = stack.enter_context(followed(ends[0], None))
            yield Copy(ends[0], ends[1], changes, lambda: None)


def collection_of(place: Place):  # type: ignore[no-untyped-def]
    return tenant_database(place.cluster)[place.collection]


def as_stored(document: Document, place: Place, tenant: str = ORGANIZATION_ID) -> RawBSONDocument | Document:
    """Return a document as it is stored at a place."""
    if place.kind == "collection":
        return document
    return document | {"_id": {"tenant": tenant, "id": document["_id"]}}


@pytest.fixture(params=[(source, target) for source in PLACES for target in PLACES], ids=" to ".join)
def route(
    request: pytest.FixtureRequest, databases: Databases, second: Database[Document]
) -> Iterator[Route]:
    """From each kind of place to each kind, on two clusters; pools also hold documents of neighbours."""
    source, target = request.param
    route = Route(PLACES[source][0], PLACES[target][1])
    neighbours = {}
    for place in (route.source, route.target):
        if place.kind == "pooled":
            neighbours[place] = [
                as_stored({"_id": number}, place, tenant) for tenant in NEIGHBOUR_IDS for number in range(3)
            ]
            collection_of(place).insert_many(neighbours[place])
        else:
            tenant_database(place.cluster).create_collection(place.collection)
    yield route
    for place, expected in neighbours.items():
        remaining = collection_of(place).find({"_id.tenant": {"$ne": ORGANIZATION_ID}}).sort("_id", 1)
        assert list(remaining) == expected


@pytest.fixture
def places(databases: Databases, second: Database[Document]) -> Places:
    """Two clusters with a pool each."""
    for cluster, pool in POOLS.items():
        clusters.register(cluster)
        pools.create(cluster, pool)
    return Places(databases, {"main": databases.tenants, "second": second})


@pytest.fixture
def documents(places: Places, member: Membership) -> TenantCollection:
    """The documents and indexes of Google, which has a collection of its own on the master's cluster."""
    documents = TenantCollection(member.organization_id)
    documents.insert_many(DOCUMENTS)
    documents.create_index([("key", -1)], unique=True)
    documents.create_index([("a", 1), ("key", 1)], partial=True, name="both")
    return documents


@pytest.fixture(params=[AROUND[0], AROUND[2]], ids=" ".join)
def begun(
    request: pytest.FixtureRequest, documents: TenantCollection, member: Membership, places: Places
) -> tuple[str, Kind]:
    """The target of a move that was interrupted while it copied."""
    cluster, kind = request.param
    with pytest.raises(OutOfTime):
        operations.move(member.organization_id, cluster, kind, interrupt, lambda *_: None)
    move = records.find(member.organization_id)
    assert move is not None
    assert move["phase"] == "copying"
    return cluster, kind
