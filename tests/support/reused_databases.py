"""Databases that serve one test after the other."""

from typing import Any

import pymongo
import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tenantry.registry import schema
from tests.support import library
from tests.support.databases import Databases, Document, in_one_wait, of_all, schema_of, stored_in
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
                present = schema_of(master)
                if added := {name for name, info in present.items() if "type" in info} - self._schema.keys():
                    for name in added:
                        master.drop_collection(name)
                    present = schema_of(master)
                if present != self._schema:
                    return False
                filled = of_all(master, stored_in(present), [{"$limit": 1}, {"$project": {"_id": 0}}])
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
        self._schema = schema_of(databases.master)
        return databases
