"""Databases that serve one test after the other."""

from typing import Any

import pymongo
import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import PyMongoError

from tenantry.registry import schema
from tests.support import library
from tests.support.databases import Databases, Document, in_one_wait
from tests.support.own_server import EXTERNAL_URI

EMPTYING_SECONDS = 10


class ReusedDatabases:
    """A master and a tenant database, in which each test finds the schema and nothing else.

    Creating and dropping the master's collections and indexes takes longer than most tests.
    """

    def __init__(self, uri: str, client: MongoClient[Document]) -> None:
        self._uri = uri
        self._client = client
        self._databases: Databases | None = None
        self._schema: dict[str, Any] = {}

    def emptied(self) -> Databases:
        """Return the databases as the first test found them, or other ones if they cannot be emptied."""
        if self._databases is not None and not self._can_empty(self._databases):
            if not EXTERNAL_URI:
                self._client.admin.command({"killAllSessions": []})  # their transactions may block the drop
            self.drop()
        if self._databases is None:
            self._databases = self._with_schema()
        return self._databases

    def drop(self) -> None:
        """Leave nothing on the server."""
        if self._databases is not None:
            self._databases.drop()
            self._databases = None

    def _can_empty(self, databases: Databases) -> bool:
        """Remove all but the schema; tell whether the schema is unchanged."""
        master = databases.master
        try:
            with pymongo.timeout(EMPTYING_SECONDS):
                self._client.drop_database(databases.tenants.name)
                for name in set(master.list_collection_names()) - self._schema.keys():
                    master.drop_collection(name)
                if (present := _schema(master)) != self._schema:
                    return False
                filled = _of_all(master, _stored_in(present), [{"$limit": 1}, {"$project": {"_id": 0}}])
                collections = [master[result["collection"]] for result in filled]
                for collection in in_one_wait(collections):
                    collection.delete_many({})
                return True
        except PyMongoError:
            return False

    def _with_schema(self) -> Databases:
        databases = Databases.of_nobody(self._uri, self._client)
        with pytest.MonkeyPatch.context() as monkeypatch, library.using(databases, monkeypatch):
            schema.ensure_schema()
        databases.master.create_collection("clusters")
        self._schema = _schema(databases.master)
        return databases


def _schema(master: Database[Document]) -> dict[str, Any]:
    """Return options and identity of each collection, the definition of each view, and all indexes."""
    infos: dict[str, Any] = {info["name"]: info for info in master.list_collections()}
    indexes = _of_all(master, _stored_in(infos), [{"$indexStats": {}}, {"$project": {"spec": 1}}])
    return infos | {f"{index['collection']}.{index['spec']['name']}": index["spec"] for index in indexes}


def _stored_in(infos: dict[str, Any]) -> list[str]:
    return [
        name for name, info in infos.items() if info.get("type") == "collection" and name != "system.views"
    ]


def _of_all(master: Database[Document], names: list[str], stages: list[Document]) -> list[Document]:
    """Run stages on each of some collections, in one round trip; each result names its own."""
    pipelines = {name: [*stages, {"$set": {"collection": name}}] for name in names}
    if not names:
        return []
    first, *remaining = names
    unions = [{"$unionWith": {"coll": name, "pipeline": pipelines[name]}} for name in remaining]
    return list(master[first].aggregate([*pipelines[first], *unions]))
