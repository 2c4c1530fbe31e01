"""What holds for each tenant collection."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final
from uuid import UUID

from cli.checks.organization_facts import ASIDE_PREFIX, STAGING_PREFIX, cluster_of, collection_names
from cli.checks.organizations import FIELDS
from cli.connection import MAIN, Databases, Document
from cli.violation import Violation

PREFIX: Final = "org_"
RECORDS: Final = "idempotency_keys"  # of insertions of documents, on each cluster that has some
PAGE: Final = 10_000  # organizations whose collections are listed by one command

Key = tuple[str, str]  # cluster and collection


class TenantCollections:
    """All collections of the tenant databases."""

    name = "collections"

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._master = databases.master

    def count(self) -> int:
        """Return about how many there are: as many as organizations, if none shares a pool."""
        return self._master["organizations"].estimated_document_count()

    def keys(self) -> Iterator[Key]:
        """Yield clusters and names, page by page.

        Names of the organizations' collections, `PAGE` apart, are the bounds: so pages are about equal.
        """
        for cluster in self._databases.clusters:
            after = ""
            for upto in (*self._bounds(), None):
                for name in self._databases.tenant_collection_names(cluster, after, upto):
                    yield cluster, name
                after = upto or after

    def _bounds(self) -> Iterator[str]:
        query = {"collection": {"$type": "string"}}
        fields = {"_id": 0, "collection": 1}
        organizations = self._master["organizations"].find(query, fields, allow_disk_use=True)
        for last in islice(organizations.sort("collection", 1), PAGE - 1, None, PAGE):
            yield last["collection"]

    def examine(self, keys: Sequence[Key]) -> list[Violation]:
        """Return those of these collections that no organization owns and nothing else accounts for.

        A collection that is renamed back and forth may seem to be without an owner at one look, but hardly
        at each of several.
        """
        names = [name for _, name in keys]
        accounted = (
            self._records()
            | self._pools()
            | self._of_restores(names)
            | self._of_moves(names)
            | self._of_deletions(names)
            | self._owned(names)
        )
        unknown = defaultdict[str, list[str]](list)
        for cluster, name in keys:
            if (cluster, name) not in accounted:
                unknown[cluster].append(name)
        return [
            _violation(cluster, name, uuid)
            for cluster, names_there in unknown.items()
            for name, uuid in self._databases.tenant_collections(cluster, names_there).items()
        ]

    def _records(self) -> set[Key]:
        return {(cluster, RECORDS) for cluster in self._databases.clusters}

    def _pools(self) -> set[Key]:
        return {
            (cluster["_id"], pool) for cluster in self._master["clusters"].find() for pool in cluster["pools"]
        }

    def _of_restores(self, names: Sequence[str]) -> set[Key]:
        """Return those that a restore is filling."""
        live = {"_id": {"$in": list(names)}, "$expr": {"$gte": ["$leased_until", "$$NOW"]}}
        return {(cluster_of(lease), lease["_id"]) for lease in self._master["restorations"].find(live)}

    def _of_moves(self, names: Sequence[str]) -> set[Key]:
        """Return those that a move fills or has not removed yet."""
        sides: list[Document] = [
            side
            for move in self._master["moves"].find()
            for side in (move["source"], move["target"], move["leftover"])
            if side is not None
        ]
        return {(side["cluster"], side["collection"]) for side in sides if side["collection"] in names}

    def _of_deletions(self, names: Sequence[str]) -> set[Key]:
        """Return those that a deletion has set aside."""
        set_aside = [name for name in names if name.startswith(ASIDE_PREFIX)]
        kept = self._master["deletions"].find({"collection": {"$in": set_aside}}) if set_aside else ()
        return {(deletion["cluster"], deletion["collection"]) for deletion in kept}

    def _owned(self, names: Sequence[str]) -> set[Key]:
        # By slug as well: `slugs` has an index and includes that of an intent, whose collection has none.
        slugs = [name.removeprefix(PREFIX).replace("_", "-") for name in names]
        query = {"$or": [{"collection": {"$in": list(names)}}, {"slugs": {"$in": slugs}}], "pool": None}
        organizations = self._master["organizations"].find(query, FIELDS)
        return {
            (cluster_of(organization), name)
            for organization in organizations
            for name in collection_names(organization)
        }


def _violation(cluster: str, name: str, uuid: UUID | None) -> Violation:
    key = cluster, name
    where = "" if cluster == MAIN else f" on {cluster}"
    if name.startswith(STAGING_PREFIX):
        detail = f"a restore that was killed left collection {name}{where}; run `tenantry reconcile`"
        return Violation("restore-abandoned", detail, key=key)
    detail = f"no organization owns collection {name} ({uuid or 'a view'}){where}"
    return Violation("collection-owned", detail, key=key)
