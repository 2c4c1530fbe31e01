"""What holds for each registered cluster."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pymongo.client_session import ClientSession

from cli.checks.collections import RECORDS
from cli.checks.documents import Documents
from cli.checks.organization_facts import cluster_of
from cli.connection import MAIN, Databases, Document
from cli.violation import Violation

NAMESPACES_OF_POOL: Final = 3  # the collection and two indexes
NAMESPACES_OF_RECORDS: Final = 3


class Clusters(Documents):
    """All clusters that organizations may be placed on."""

    name = "clusters"

    def __init__(self, databases: Databases) -> None:
        super().__init__(databases)
        self._databases = databases

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with the counters of these clusters."""
        return [
            Violation(rule, f"cluster {key} {detail}", key=key)
            for key in keys
            for rule, detail in self._wrong(str(key))
        ]

    def _wrong(self, cluster: str) -> Iterator[tuple[str, str]]:
        if cluster not in self._databases.clusters:
            yield "cluster-known", "has no connection string"
            return
        registered, reserved = self._counted(cluster)
        surplus = int(registered.get("namespaces", 0)) - reserved
        if surplus:
            yield "namespaces-counted", f"counts {surplus:+d} against what is reserved"
        stats = self._databases.clusters[cluster].command("dbStats")
        uncounted = NAMESPACES_OF_RECORDS * len(self._databases.tenant_collections(cluster, [RECORDS]))
        excess = stats["collections"] + stats["indexes"] - uncounted - registered.get("limit", 0)
        if excess > 0 and reserved <= registered.get("limit", 0):
            yield "cluster-within-limit", f"has {excess} collections and indexes more than it should"

    def _counted(self, cluster: str) -> tuple[Document, int]:
        """Return a cluster and how many namespaces are reserved on it, at one moment."""
        with self._master.client.start_session(snapshot=True) as session:
            registered = self._documents.find_one({"_id": cluster}, session=session) or {}
            reserved = NAMESPACES_OF_POOL * len(registered.get("pools", [])) + sum(
                self._sum(collection, query, session) for collection, query in _reservations(cluster)
            )
            reserved += sum(
                move["namespaces"]
                for move in self._master["moves"].find(session=session)
                if cluster_of(move["leftover"] or move["target"]) == cluster
            )
            reserved += sum(
                len(rollout["definition"]["indexes"])
                for rollout in self._master["rollouts"].find(session=session)
                for pool in rollout["pools"]
                if pool["cluster"] == cluster
            )
        return registered, reserved

    def _sum(self, collection: str, query: Document, session: ClientSession) -> int:
        total = {"$group": {"_id": None, "namespaces": {"$sum": "$namespaces"}}}
        totals = self._master[collection].aggregate([{"$match": query}, total], session=session)
        return int(next(iter(totals), {"namespaces": 0})["namespaces"])


def _reservations(cluster: str) -> list[tuple[str, Document]]:
    of_cluster = {"cluster": {"$in": [cluster, None]} if cluster == MAIN else cluster}
    return [
        (collection, of_cluster) for collection in ("organizations", "deletions", "erasures", "restorations")
    ]
