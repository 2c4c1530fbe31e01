"""What holds for each pool: a collection that organizations share."""

from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any, Final

from pymongo.collection import Collection

from cli.checks.organization_facts import cluster_of
from cli.connection import Databases, Document
from cli.violation import Violation

BATCH: Final = 1_000  # organizations that are looked up at once
INDEX: Final = {"_id.tenant": 1, "_id.id": 1}

Key = tuple[str, str]  # cluster and collection


class Pools:
    """All pools."""

    name = "pools"

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._master = databases.master

    def count(self) -> int:
        """Return how many there are."""
        return len(list(self.keys()))

    def keys(self) -> Iterator[Key]:
        """Yield clusters and names."""
        for cluster in self._master["clusters"].find().sort("_id", 1):
            for pool in cluster["pools"]:
                yield cluster["_id"], pool

    def examine(self, keys: Sequence[Key]) -> list[Violation]:
        """Return what is wrong with these pools."""
        return [
            Violation(rule, f"pool {pool} on {cluster} {detail}", key=(cluster, pool))
            for cluster, pool in keys
            if cluster in self._databases.clusters
            for rule, detail in self._wrong(cluster, pool)
        ]

    def _wrong(self, cluster: str, pool: str) -> Iterator[tuple[str, str]]:
        if pool not in self._databases.tenant_collections(cluster, [pool]):
            yield "pool-exists", "does not exist"
            return
        collection = self._databases.clusters[cluster][pool]
        indexes = list(collection.list_indexes())
        if all(index["key"] != INDEX for index in indexes):
            yield "pool-indexed", "lacks its index"
        holders = {holder for index in indexes if (holder := _holder(index)) is not None}
        for stranger in self._strangers(cluster, pool, holders):
            yield "pool-index-owned", f"has an index of {stranger}, whose documents are not there"
        for tenants in batched(_tenants(collection), BATCH, strict=False):
            for stranger in self._strangers(cluster, pool, set(tenants)):
                yield "pool-documents-owned", f"has documents of {stranger}, which is not placed there"

    def _strangers(self, cluster: str, pool: str, tenants: set[Any]) -> list[str]:
        """Return those that have nothing to be in a pool for: no place, move, deletion or erasure."""
        among = {"_id": {"$in": list(tenants)}}
        placed = self._master["organizations"].find(among | {"pool": pool}, {"cluster": 1})
        erasures = self._master["erasures"].find(among)
        set_aside = self._master["deletions"].find(among | {"collection": pool, "cluster": cluster})
        known = {organization["_id"] for organization in placed if cluster_of(organization) == cluster}
        known |= {deletion["_id"] for deletion in set_aside}
        known |= {erasure["_id"] for erasure in erasures if erasure["pool"] == pool}
        known |= {
            move["_id"]
            for move in self._master["moves"].find(among)
            if any(
                side and (side["cluster"], side["collection"]) == (cluster, pool)
                for side in (move["source"], move["target"], move["leftover"])
            )
        }
        return sorted(map(str, tenants - known))


def _holder(index: Document) -> Any:
    """Return the organization that an index of a pool belongs to; None if all share it."""
    return index.get("partialFilterExpression", {}).get("_id.tenant")


def _tenants(collection: Collection[Document]) -> Iterator[Any]:
    """Yield the ids of the organizations that have documents in a pool; the server reads the index only."""
    for group in collection.aggregate([{"$sort": {"_id.tenant": 1}}, {"$group": {"_id": "$_id.tenant"}}]):
        yield group["_id"]
