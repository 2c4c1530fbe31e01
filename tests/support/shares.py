"""The documents that an organization has in a pool, read and changed without the library."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.collection import Collection

Document = dict[str, Any]


_WITHOUT_DOCUMENTS = {"collMod", "getMore", "killCursors", "listIndexes"}
"""Those that go on with an earlier command, or whose answers are not handed on as they are."""


def is_about(command: Document, organization_id: str) -> bool:
    """Tell whether a command to a pool is about one organization's documents or indexes, and no other's."""
    mine = {"_id.tenant": organization_id}
    return all(
        part.get("_id.tenant") in (organization_id, {"$gte": organization_id, "$lte": organization_id})
        or _tenant_of(part.get("_id")) == organization_id
        or part.get("partialFilterExpression") == mine
        or str(part.get("index")).startswith(f"{organization_id}:")
        for part in _parts(command)
    )


def _parts(command: Document) -> Iterator[Document]:
    """Yield what a command says about the documents or indexes that it reads or writes."""
    match command:
        case {"find": _}:
            yield command["filter"]
        case {"aggregate": _}:
            yield command["pipeline"][0]["$match"]
        case {"update": _} | {"delete": _}:
            yield from (one["q"] for one in command["updates" if "update" in command else "deletes"])
        case {"insert": _}:
            yield from command["documents"]
        case {"createIndexes": _}:
            yield from command["indexes"]
        case _ if next(iter(command)) not in _WITHOUT_DOCUMENTS:
            yield command


def _tenant_of(stored_id: Any) -> Any:
    stored_id = stored_id.get("$eq", stored_id) if isinstance(stored_id, dict) else {}
    return stored_id.get("tenant")


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
