"""The documents that an organization has in a pool, read and changed without the library."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.collection import Collection

Document = dict[str, Any]


@dataclass(frozen=True)
class Share:
    """What tests use of a collection, of one organization's documents in a pool.

    Parameters
    ----------
    pool
        The collection that holds them beside others'.
    organization_id
        Whose they are.
    """

    pool: Collection[Document]
    organization_id: str

    def insert_one(self, document: Document) -> None:
        self.insert_many([document])

    def insert_many(self, documents: Iterable[Document]) -> None:
        self.pool.insert_many(
            {**document, "_id": {"tenant": self.organization_id, "id": document["_id"]}}
            for document in documents
        )

    def find(self) -> list[Document]:
        """Return all documents in the order of their ids."""
        found = self.pool.find({"_id.tenant": self.organization_id}).sort("_id", 1)
        return [{**document, "_id": document["_id"]["id"]} for document in found]

    def count_documents(self, query: Mapping[str, Any]) -> int:
        own_id = {"_id.id": query["_id"]} if "_id" in query else {}
        others = {path: value for path, value in query.items() if path != "_id"}
        return self.pool.count_documents({"_id.tenant": self.organization_id, **own_id, **others})

    def create_index(self, field: str, *, name: str) -> None:
        mine = {"_id.tenant": self.organization_id}
        stored = f"{self.organization_id}:{name}"
        self.pool.create_index([("_id.tenant", 1), (field, 1)], name=stored, partialFilterExpression=mine)

    def index_information(self) -> dict[str, Any]:
        prefix = f"{self.organization_id}:"
        found = self.pool.index_information().items()
        return {name.removeprefix(prefix): index for name, index in found if name.startswith(prefix)}
