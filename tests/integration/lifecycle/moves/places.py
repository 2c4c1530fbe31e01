"""The places of the tests, what is stored there, and moving from one to another."""

from dataclasses import dataclass
from typing import Any, cast

from pymongo.database import Database

from tenantry.lifecycle.moves import operations
from tenantry.lifecycle.moves.errors import OutOfTime
from tenantry.lifecycle.moves.mover import Moved
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import Kind, OrganizationDocument, Place, place_of
from tests.support.databases import Databases, Document

DOCUMENTS = [{"_id": number, "key": number} for number in range(50)]
POOLS = {"main": "pool_0", "second": "pool_1"}
AROUND: list[tuple[str, Kind]] = [
    ("second", "collection"),
    ("second", "pooled"),
    ("main", "pooled"),
    ("main", "collection"),
]
"""From a collection of its own on the master's cluster over all other places and back."""


@dataclass(frozen=True)
class Places:
    """Two clusters, each with a pool."""

    databases: Databases
    tenants: dict[str, Database[Document]]

    def place_of(self, organization_id: str) -> Place:
        """Return where an organization's documents are, as its document says."""
        organization = finding.find(organization_id)
        assert organization is not None
        return place_of(organization)

    def contents(self) -> dict[str, dict[str, Any]]:
        """Return what is in each collection of each cluster."""
        return {
            cluster: {
                name: tenants[name].find().sort("_id", 1).to_list()
                for name in sorted(tenants.list_collection_names())
            }
            for cluster, tenants in self.tenants.items()
        }

    def check_nothing_is_left(self) -> None:
        """Check that documents are where organizations are, that counters are right and no move is left."""
        expected = set(POOLS.items())
        tenants: dict[tuple[str, str], set[str]] = {place: set() for place in expected}
        counted = dict.fromkeys(POOLS, 3)  # of each pool
        for organization in self.databases.master["organizations"].find():
            cluster, kind, collection = place_of(cast("OrganizationDocument", organization))
            if kind == "collection":
                expected.add((cluster, collection))
            else:
                tenants[cluster, collection].add(organization["_id"])
            counted[cluster] += organization["namespaces"]
            assert "move" not in organization
        assert self.databases.master["moves"].find_one() is None
        assert {(cluster, name) for cluster in POOLS for name in self.contents()[cluster]} == expected
        for (cluster, pool), ids in tenants.items():
            stored = self.tenants[cluster][pool]
            assert set(stored.distinct("_id.tenant")) <= ids
            names = stored.index_information().keys() - {"_id_", "tenant"}
            assert {name.partition(":")[0] for name in names} <= ids
        stored_clusters = self.databases.master["clusters"].find()
        reserved = {cluster["_id"]: cluster["namespaces"] for cluster in stored_clusters}
        assert reserved == counted


def move(organization_id: str, cluster: str, kind: Kind) -> Moved:
    """Move an organization in one go."""
    moved = operations.move(organization_id, cluster, kind, lambda: None, lambda *_: None)
    assert moved is not None
    return moved


def interrupt() -> None:
    """Let a process have no time any more."""
    raise OutOfTime
