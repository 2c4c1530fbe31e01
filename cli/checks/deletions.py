"""What holds for each deleted organization that can be brought back, or is being purged."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any, Final

from cli.checks.documents import DocumentsInTime
from cli.checks.organization_facts import ASIDE_PREFIX
from cli.checks.plans import known
from cli.connection import Databases, Document
from cli.violation import Violation

_SHOWN: Final = {"organization.metadata": 0, "organization.properties": 0, "organization.private": 0}
PURGED_WITHIN: Final = timedelta(hours=1)  # by the reconciler, once it is due


class Deletions(DocumentsInTime):
    """All deletions."""

    name = "deletions"

    def __init__(self, databases: Databases, now: datetime) -> None:
        super().__init__(databases, now)
        self._databases = databases

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with these deletions."""
        among = {"_id": {"$in": list(keys)}}
        kept = list(self._documents.find(among, _SHOWN))
        plans = known(self._databases)
        present = {found["_id"] for found in self._master["organizations"].find(among, {"_id": 1})}
        return [
            Violation(rule, f"deleted organization {deletion['_id']} {detail}", key=deletion["_id"])
            for deletion in kept
            for rule, detail in (
                *self._wrong(deletion, is_present=deletion["_id"] in present),
                *_wrong_plan(deletion["organization"].get("plan"), plans),
            )
        ]

    def _wrong(self, deletion: Document, *, is_present: bool) -> Iterator[tuple[str, str]]:
        if is_present:
            yield "deletion-of-no-organization", "is there as an organization, too"
        if deletion["purge_at"] < self._now - PURGED_WITHIN:
            yield "deletion-purged", f"should have been purged at {deletion['purge_at'].isoformat()}"
        if all(member["role"] != "owner" for member in deletion["members"]):
            yield "deletion-owned", "had no owner"
        if deletion["cluster"] not in self._databases.clusters:
            yield "cluster-known", f"is on cluster {deletion['cluster']}, which has no connection string"
        elif not deletion.get("is_purging"):
            yield from self._wrong_collection(deletion)

    def _wrong_collection(self, deletion: Document) -> Iterator[tuple[str, str]]:
        """Check that its own collection is aside under its identity, or that its pool is there."""
        name, uuid = deletion["collection"], deletion["collection_uuid"]
        existing = self._databases.tenant_collections(deletion["cluster"], [name])
        if name not in existing or (uuid is not None and existing[name] != uuid):
            yield "deletion-collection", f"is to be in collection {name} ({uuid}), which is not there"
        if (deletion["kind"] == "collection") != name.startswith(ASIDE_PREFIX):
            yield "deletion-collection", f"is a {deletion['kind']} one, and in collection {name}"


def _wrong_plan(plan: Any, plans: AbstractSet[Any]) -> Iterator[tuple[str, str]]:
    if plan not in plans:
        yield "plan-known", f"has the plan {plan!r}, which does not exist"
