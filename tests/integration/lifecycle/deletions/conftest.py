"""Organizations of each kind of place, which are deleted with a grace period."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from pymongo.database import Database

from tenantry.identity.members import Membership
from tenantry.registry import clusters
from tenantry.registry.deletions import DeletionDocument
from tenantry.runtime import process
from tenantry.storage import pools
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.databases import Databases, Document

POOL = "pool_0"


@dataclass(frozen=True)
class Kept:
    """Where organizations are placed, and what is stored of those that are deleted."""

    databases: Databases
    tenants: Database[Document]
    is_pooled: bool

    def create(self, name: str, documents: int = 3) -> Membership:
        """Create an organization with some documents and an index."""
        member = library.create(name)
        collection = TenantCollection(member.organization_id)
        collection.insert_many([{"_id": number, "of": name} for number in range(documents)])
        collection.create_index([("of", 1)], unique=False)
        return member

    def deletion(self, member: Membership) -> DeletionDocument:
        """Return the deletion of an organization as it is stored."""
        deletion = self.databases.master["deletions"].find_one({"_id": member.organization_id})
        assert deletion is not None
        return deletion  # type: ignore[return-value]

    def let_time_pass(self, member: Membership, passed: timedelta) -> None:
        """Move the moment at which a deleted organization is purged towards the past."""
        purge_at = self.deletion(member)["purge_at"] - passed
        self.databases.master["deletions"].update_one(
            {"_id": member.organization_id}, {"$set": {"purge_at": purge_at}}
        )

    def reserved(self) -> int:
        """Return how many namespaces are reserved on all clusters."""
        return sum(cluster["namespaces"] for cluster in clusters.find_all())

    def stored_documents(self) -> int:
        """Return how many documents of organizations there are, whosesoever they are."""
        names = self.tenants.list_collection_names(filter={"name": {"$ne": "idempotency_keys"}})
        return sum(self.tenants[name].count_documents({}) for name in names)


Prepare = Callable[[], Database[Document]]


@pytest.fixture(params=["main", "second", "pooled"])
def kept(
    request: pytest.FixtureRequest,
    databases: Databases,
    grace: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Kept:
    clusters.register("main")
    if request.param == "second":
        second = request.getfixturevalue("second")
        clusters.register("main", 0)
        clusters.register("second")
        return Kept(databases, second, is_pooled=False)
    if request.param == "pooled":
        pools.create("main", POOL)
        monkeypatch.setenv("PLACEMENT", "pooled")
    process.forget()
    return Kept(databases, databases.tenants, is_pooled=request.param == "pooled")
