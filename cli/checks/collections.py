"""What holds for each tenant collection."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final
from uuid import UUID

from cli.checks.organization_rules import STAGING_PREFIX, collection_names
from cli.checks.organizations import FIELDS
from cli.connection import Databases
from cli.violation import Violation

PREFIX: Final = "org_"
PAGE: Final = 10_000  # organizations whose collections are listed by one command


class TenantCollections:
    """All collections of the tenant database."""

    name = "collections"

    def __init__(self, databases: Databases) -> None:
        self._databases = databases

    def count(self) -> int:
        """Return about how many there are, if all is well."""
        return self._databases.master["organizations"].estimated_document_count()

    def keys(self) -> Iterator[str]:
        """Yield their names, page by page.

        What organizations call their collections bounds the pages, which makes them about equal.
        """
        after = ""
        for upto in self._bounds():
            yield from self._databases.tenant_collection_names(after, upto)
            after = upto
        yield from self._databases.tenant_collection_names(after, None)

    def _bounds(self) -> Iterator[str]:
        query = {"collection": {"$type": "string"}}
        fields = {"_id": 0, "collection": 1}
        organizations = self._databases.master["organizations"]
        found = organizations.find(query, fields, allow_disk_use=True).sort("collection", 1)
        for last in islice(found, PAGE - 1, None, PAGE):
            yield last["collection"]

    def examine(self, keys: Sequence[str]) -> list[Violation]:
        """Return those of these collections that no organization owns and no restore is filling.

        A collection that is renamed back and forth may seem to be without an owner for once, but hardly
        in each of several looks.
        """
        wanted = self._filled(keys) | self._owned(keys)
        found = self._databases.tenant_collections([name for name in keys if name not in wanted])
        return [_violation(name, uuid) for name, uuid in found.items()]

    def _filled(self, names: Sequence[str]) -> set[str]:
        """Return those that a restore is filling."""
        live = {"_id": {"$in": list(names)}, "$expr": {"$gte": ["$leased_until", "$$NOW"]}}
        return {lease["_id"] for lease in self._databases.master["restorations"].find(live)}

    def _owned(self, names: Sequence[str]) -> set[str]:
        # By the slug as well, for that of an intent's target stands in `slugs`, which has an index.
        slugs = [name.removeprefix(PREFIX).replace("_", "-") for name in names]
        query = {"$or": [{"collection": {"$in": list(names)}}, {"slugs": {"$in": slugs}}]}
        found = self._databases.master["organizations"].find(query, FIELDS)
        return {name for document in found for name in collection_names(document)}


def _violation(name: str, uuid: UUID | None) -> Violation:
    if name.startswith(STAGING_PREFIX):
        detail = f"a restore that was killed left collection {name}; run `tenantry reconcile`"
        return Violation("restore-abandoned", detail, key=name)
    detail = f"no organization owns collection {name} ({uuid or 'a view'})"
    return Violation("collection-owned", detail, key=name)
