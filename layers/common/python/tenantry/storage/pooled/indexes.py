"""Indexes in a pool: a tenant's are partial ones, so that no other tenant's documents are in them.

Those that a roll-out has given to all of the pool's tenants hold the documents of all. A tenant sees both.
"""

from collections.abc import Mapping
from typing import Any, Final

from pymongo import ASCENDING, IndexModel
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from tenantry.errors import TooManyIndexes
from tenantry.runtime import mongodb, server_errors
from tenantry.runtime.mongodb import Document
from tenantry.storage.pooled import errors
from tenantry.storage.pooled.ids import OWN_ID, TENANT, own_path, stored_path

POOL_INDEXES: Final = [IndexModel([(TENANT, ASCENDING), (OWN_ID, ASCENDING)], name="tenant")]
"""What a pool needs before its first tenant."""

SHARED: Final = "*:"  # begins the names of indexes that all tenants share
MAX_INDEXES_OF_COLLECTION: Final = 64  # https://www.mongodb.com/docs/manual/reference/limits/#indexes

_ID_INDEX: Final = {"v": 2, "key": {"_id": ASCENDING}, "name": "_id_"}
_FILTER: Final = "partialFilterExpression"
_NO_ROOM: Final = "There is no room for another index where the organization's documents are."


class PooledIndexes:
    """The indexes of one tenant in a pool, in the terms of a collection of its own.

    Parameters
    ----------
    collection : Collection
        The pool.
    organization_id : str
        The tenant.
    """

    def __init__(self, collection: Collection[Document], organization_id: str) -> None:
        self._pool = collection
        self._tenant = organization_id
        self._documents = {TENANT: organization_id}

    def find(self) -> list[Document]:
        """Return the indexes, the one on `_id` first, and those that all tenants share last."""
        listed = list(self._pool.list_indexes())
        own = [self._own(index) for index in listed if self._is_own(index)]
        names = {index["name"] for index in own}
        shared = [self._own(index) for index in listed if index["name"].startswith(SHARED)]
        return [dict(_ID_INDEX), *own, *(index for index in shared if index["name"] not in names)]

    def find_own(self) -> list[Document]:
        """Return the indexes that are the tenant's alone, but for the one on `_id`."""
        return [self._own(index) for index in self._pool.list_indexes() if self._is_own(index)]

    def create(self, index: IndexModel) -> Document:
        """Create an index; nothing changes if it is there.

        Returns
        -------
        dict
            `numIndexesBefore` and `numIndexesAfter`, of the tenant's indexes; equal if it was there.

        Raises
        ------
        TooManyIndexes
            The pool has as many as a collection may have; nothing changed.
        pymongo.errors.OperationFailure
            The server refused, or the index was not ready in time; nothing changed.
        """
        stored = in_pool(index, self._stored_name(index.document["name"]))
        stored[_FILTER] = self._documents | stored.get(_FILTER, {})
        reply = self._run({"createIndexes": self._pool.name, "indexes": [stored]})
        after = len(self.find())
        created = reply["numIndexesAfter"] - reply["numIndexesBefore"]
        return {"numIndexesBefore": after - created, "numIndexesAfter": after}

    def drop(self, name: str) -> None:
        """Drop an index.

        Raises
        ------
        pymongo.errors.OperationFailure
            There is none of that name (code 27), or it is the one on `_id`; nothing changed.
        """
        if name == _ID_INDEX["name"]:
            raise OperationFailure("cannot drop _id index", server_errors.INVALID_OPTIONS)
        self._run({"dropIndexes": self._pool.name, "index": self._stored_name(name)})

    def drop_all(self) -> None:
        """Drop all indexes but the one on `_id`, as when the tenant is gone."""
        for index in self._stored():
            self._run({"dropIndexes": self._pool.name, "index": index["name"]})

    def _stored(self) -> list[Mapping[str, Any]]:
        return [index for index in self._pool.list_indexes() if self._is_own(index)]

    def _is_own(self, index: Mapping[str, Any]) -> bool:
        return bool(index.get(_FILTER, {}).get(TENANT) == self._tenant)

    def _own(self, index: Mapping[str, Any]) -> Document:
        shown = {name: value for name, value in index.items() if name != _FILTER}
        restriction = _without_tenant(index.get(_FILTER, {}))
        name = index["name"].removeprefix(self._stored_name("")).removeprefix(SHARED)
        return (
            shown
            | {"key": _without_tenant(index["key"]), "name": name}
            | ({_FILTER: restriction} if restriction else {})
        )

    def _stored_name(self, name: str) -> str:
        return f"{self._tenant}:{name}"

    def _run(self, command: Document) -> Document:
        with errors.translated(self._tenant):
            try:
                return mongodb.run_majority_command(self._pool.database, command)
            except OperationFailure as error:
                if error.code == server_errors.CANNOT_CREATE_INDEX and self._is_full():
                    raise TooManyIndexes(_NO_ROOM) from None
                raise

    def _is_full(self) -> bool:
        return len(list(self._pool.list_indexes())) >= MAX_INDEXES_OF_COLLECTION


def in_pool(index: IndexModel, name: str) -> Document:
    """Return a tenant's index as a pool has it: under a name, and with the tenant before its fields."""
    restriction = {stored_path(path): how for path, how in index.document.get(_FILTER, {}).items()}
    stored: Document = index.document | {
        "name": name,
        "key": {TENANT: ASCENDING} | {stored_path(path): how for path, how in index.document["key"].items()},
    }
    return stored | ({_FILTER: restriction} if restriction else {})


def _without_tenant(fields: Mapping[str, Any]) -> Document:
    """Return what an index's key or filter says of the tenant's fields, under the tenant's paths."""
    return {own_path(path): how for path, how in fields.items() if path != TENANT}
