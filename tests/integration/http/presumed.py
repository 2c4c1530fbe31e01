"""An owner who is presumed, and what happens to it."""

from dataclasses import dataclass
from typing import Any, Final

from pymongo.database import Database

from tenantry.lifecycle import deleting, suspending
from tenantry.registry import clusters
from tenantry.storage import pools
from tenantry.tenants import TenantCollection
from tests.integration.kinds import POOL
from tests.integration.lifecycle.moves.places import move
from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.owners import Owner
from tests.support.service import Answer

KEPT: Final = {"_id": "kept", "of": "the owner"}
HEIRS: Final = {"_id": "kept", "of": "the heir"}


@dataclass(frozen=True)
class World:
    """An owner who is presumed, and what happens to it."""

    owner: Owner
    databases: Databases

    @property
    def path(self) -> str:
        return f"{self.owner.path}/documents"

    def get(self, path: str = "/kept", **parts: Any) -> Answer:
        return self.owner.service.get(self.path + path, token=self.owner.token, **parts)

    def insert(self) -> Answer:
        return self.owner.service.post(self.path, {"_id": "late"}, token=self.owner.token)

    def put(self) -> Answer:
        return self.owner.service.put(f"{self.path}/kept", {"of": "the put"}, token=self.owner.token)

    @property
    def master(self) -> Database[Document]:
        return self.databases.master

    def account_id(self) -> str:
        (member,) = self.master["members"].find({"organization_id": self.owner.id})
        return str(member["account_id"])

    def revoke(self) -> None:
        self.master["sessions"].delete_many({"organization_id": self.owner.id})

    def raise_epoch(self) -> None:
        self.master["accounts"].update_one({"_id": self.account_id()}, {"$inc": {"auth_epoch": 1}})

    def demote(self) -> None:
        self.master["members"].update_one({"organization_id": self.owner.id}, {"$set": {"role": "viewer"}})

    def remove(self) -> None:
        self.master["members"].delete_one({"organization_id": self.owner.id})

    def suspend(self) -> None:
        suspending.suspend(self.owner.id)

    def limit(self) -> None:
        self.set_limit(0)

    def set_limit(self, requests: int) -> None:
        limits = {"limits": {"requests_per_minute": requests}}
        self.master["organizations"].update_one({"_id": self.owner.id}, {"$set": limits})

    def end(self) -> None:
        """Delete the organization; another gets its name, and a document with the same id."""
        deleting.delete(library.membership(self.account_id(), self.owner.id))
        self.create_heir()

    def rename(self) -> None:
        """Rename the organization; another gets its name, and a document with the same id."""
        library.rename(library.membership(self.account_id(), self.owner.id), "Renamed")
        self.create_heir()

    def create_heir(self) -> None:
        heir = library.create("Alpha", "heir@example.com")
        TenantCollection(heir.organization_id).insert_one(dict(HEIRS))

    def move(self) -> None:
        clusters.register(clusters.MAIN)
        pools.create(clusters.MAIN, POOL)
        move(self.owner.id, clusters.MAIN, "pooled")

    def stored(self) -> list[Document]:
        return TenantCollection(self.owner.id).find({})

    def check_heir(self) -> None:
        """Check that whoever has the name now, if anybody, has the documents that it had."""
        heir = self.master["organizations"].find_one({"slug": "alpha", "_id": {"$ne": self.owner.id}})
        assert heir is None or list(self.databases.tenants["org_alpha"].find()) == [HEIRS]
