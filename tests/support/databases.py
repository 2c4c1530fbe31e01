"""The databases of one test, read and changed without the library."""

import uuid
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.write_concern import WriteConcern

from tests.support.own_server import require_own_server
from tests.support.shares import Share

Document = dict[str, Any]

COUNTED: Final = {"api_key_uses", "login_attempts", "rates", "usage"}  # where requests are counted


@dataclass(frozen=True)
class Databases:
    """The master and the tenant database of one test, on a client of the test's own."""

    uri: str
    client: MongoClient[Document]
    master: Database[Document]
    tenants: Database[Document]

    @classmethod
    def of_nobody(cls, uri: str, client: MongoClient[Document]) -> "Databases":
        """Name databases that nobody else uses."""
        suffix = uuid.uuid4().hex[:12]
        return cls(uri, client, client[f"master_{suffix}"], client[f"tenants_{suffix}"])

    def dump(self, apart_from: Container[str] = ()) -> dict[str, Any]:
        """Return documents, indexes, options and identity of every collection.

        `COUNTED` are left out: they change with refused requests as well.

        Parameters
        ----------
        apart_from
            Collections of the master database that are left out.
        """
        return {
            f"{database.name}.{name}": _dump(database[name], info)
            for database in (self.master, self.tenants)
            for name, info in sorted(_collections(database).items())
            if database is self.tenants or (name not in COUNTED and name not in apart_from)
        }

    def fingerprint(self) -> list[dict[str, Any]]:
        """Return what differs if `dump` does, in a few commands; it does not tell what differs."""
        hashes = [database.command("dbHash")["collections"] for database in (self.master, self.tenants)]
        for name in COUNTED:
            hashes[0].pop(name, None)
        return [*hashes, schema_of(self.master), schema_of(self.tenants)]

    def collections(self) -> dict[str, UUID]:
        """Return names and identities of the tenants' collections."""
        collections = _collections(self.tenants)
        return {
            name: info["info"]["uuid"] for name, info in collections.items() if name != "idempotency_keys"
        }

    def stored(self, collection: str) -> Any:
        """Return an organization's own collection, or its `Share` of a pool, which is used like one."""
        organization = self.master["organizations"].find_one({"collection": collection}) or {}
        if organization.get("pool"):
            return Share(self.tenants[organization["pool"]], organization["_id"])
        return self.tenants[collection]

    def documents(self, collection: str) -> list[Document]:
        """Return an organization's documents in the order of their ids."""
        stored = self.stored(collection)
        return stored.find() if isinstance(stored, Share) else list(stored.find().sort("_id", 1))

    def organization(self, organization_id: str) -> Document:
        """Return an organization as it is stored."""
        organization = self.master["organizations"].find_one({"_id": organization_id})
        assert organization is not None
        return organization

    def check_invariants(self) -> None:
        """Check that organizations, collections, members and accounts match, and no intent is left."""
        organizations = list(self.master["organizations"].find())
        members = list(self.master["members"].find())
        accounts = {
            account["_id"]: "without_organization_since" not in account
            for account in self.master["accounts"].find()
        }
        names = [organization["collection"] for organization in organizations if not organization.get("pool")]
        pools = [pool for cluster in self.master["clusters"].find() for pool in cluster["pools"]]
        deletions = list(self.master["deletions"].find())
        set_aside = [deletion["collection"] for deletion in deletions if deletion["kind"] == "collection"]
        assert sorted(names + pools + set_aside) == sorted(self.collections())
        assert {deletion["_id"] for deletion in deletions}.isdisjoint(
            organization["_id"] for organization in organizations
        )
        assert {organization["pool"] for organization in organizations if organization.get("pool")} <= {
            *pools
        }
        for organization in organizations:
            assert organization["state"] == "active"
            assert organization["intent"] is None
            former = [left["slug"] for left in organization.get("former_slugs", [])]
            assert sorted(organization["slugs"]) == sorted([organization["slug"], *former])
            assert organization["collection"] == "org_" + organization["slug"].replace("-", "_")
        ids = {organization["_id"] for organization in organizations}
        assert {member["organization_id"] for member in members} == ids
        assert {member["organization_id"] for member in members if member["role"] == "owner"} == ids
        invited = {invitation["organization_id"] for invitation in self.master["invitations"].find()}
        assert invited <= ids
        joined = {member["account_id"] for member in members}
        assert joined == {account_id for account_id, has_organization in accounts.items() if has_organization}

    def drop(self) -> None:
        self.client.drop_database(self.master.name)
        self.client.drop_database(self.tenants.name)


def in_one_wait(collections: list[Collection[Document]]) -> Iterator[Collection[Document]]:
    """Yield collections to write to one by one: the last write waits for the majority, with all before."""
    for collection in collections[:-1]:
        yield collection.with_options(write_concern=WriteConcern(1))
    yield from collections[-1:]


def schema_of(database: Database[Document]) -> dict[str, Any]:
    """Return options and identity of each collection, the definition of each view, and all indexes."""
    infos: dict[str, Any] = {info["name"]: info for info in database.list_collections()}
    indexes = of_all(database, stored_in(infos), [{"$indexStats": {}}, {"$project": {"spec": 1}}])
    return infos | {f"{index['collection']}.{index['spec']['name']}": index["spec"] for index in indexes}


def stored_in(infos: dict[str, Any]) -> list[str]:
    return [
        name for name, info in infos.items() if info.get("type") == "collection" and name != "system.views"
    ]


def of_all(database: Database[Document], names: list[str], stages: list[Document]) -> list[Document]:
    """Run stages on each of some collections, in one round trip; each result names its own."""
    pipelines = {name: [*stages, {"$set": {"collection": name}}] for name in names}
    if not names:
        return []
    first, *remaining = names
    unions = [{"$unionWith": {"coll": name, "pipeline": pipelines[name]}} for name in remaining]
    return list(database[first].aggregate([*pipelines[first], *unions]))


def _collections(database: Database[Document]) -> dict[str, Any]:
    infos = database.list_collections(filter={"type": "collection", "name": {"$ne": "system.views"}})
    return {info["name"]: info for info in infos}


def _dump(collection: Collection[Document], info: Document) -> Document:
    return {
        "documents": list(collection.find().sort("_id", 1)),
        "indexes": sorted(collection.index_information().items()),
        "options": info["options"],
        "uuid": info["info"]["uuid"],
    }


@contextmanager
def failing(
    client: MongoClient[Document], *commands: str, times: int | None = None, **how: Any
) -> Iterator[None]:
    """Make commands of the library's clients fail within a `with` block.

    Parameters
    ----------
    client
        A client of the server.
    *commands
        Names of the commands.
    times
        How often; always if left out.
    **how
        Data of the fail point failCommand, such as `errorCode` or `closeConnection`.
    """
    require_own_server()
    data = {"failCommands": list(commands), "appName": "tenantry"} | how
    mode = "alwaysOn" if times is None else {"times": times}
    client.admin.command({"configureFailPoint": "failCommand", "mode": mode, "data": data})
    try:
        yield
    finally:
        client.admin.command({"configureFailPoint": "failCommand", "mode": "off"})
