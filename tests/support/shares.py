"""The documents that an organization has in a pool, read and changed without the library."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.collection import Collection

Document = dict[str, Any]


_WITHOUT_DOCUMENTS = {"collMod", "getMore", "killCursors", "listIndexes"}
"""Commands that continue an earlier one, or whose answers the library filters."""


def is_about(command: Document, organization_id: str) -> bool:
    """Tell whether a command to a pool is only about one organization's documents and indexes."""
    filter_of_tenant = {"_id.tenant": organization_id}
    return all(
        part.get("_id.tenant") in (organization_id, {"$gte": organization_id, "$lte": organization_id})
        or _tenant_of(part.get("_id")) == organization_id
        or part.get("partialFilterExpression") == filter_of_tenant
        or str(part.get("index")).startswith(f"{organization_id}:")
        for part in _parts(command)
    )


def _parts(command: Document) -> Iterator[Document]:
    """Yield the parts of a command that say which documents or indexes it reads or writes."""
    match command:
        case {"find": _}:
            yield command["filter"]
        case {"aggregate": _}:
            yield command["pipeline"][0]["$match"]
        case {"update": _} | {"delete": _}:
            statements = command["updates" if "update" in command else "deletes"]
            yield from (statement["q"] for statement in statements)
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
    """One organization's documents in a pool, with the methods of a collection that tests use.

    Parameters
    ----------
    pool
        The collection, which holds other organizations' documents as well.
    organization_id
        The organization.
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
        stored = self.pool.find({"_id.tenant": self.organization_id}).sort("_id", 1)
        return [{**document, "_id": document["_id"]["id"]} for document in stored]

    def count_documents(self, query: Mapping[str, Any]) -> int:
        by_id = {"_id.id": query["_id"]} if "_id" in query else {}
        by_fields = {path: value for path, value in query.items() if path != "_id"}
        return self.pool.count_documents({"_id.tenant": self.organization_id, **by_id, **by_fields})

    def create_index(self, field: str, *, name: str) -> None:
        self.pool.create_index(
            [("_id.tenant", 1), (field, 1)],
            name=f"{self.organization_id}:{name}",
            partialFilterExpression={"_id.tenant": self.organization_id},
        )

    def index_information(self) -> dict[str, Any]:
        prefix = f"{self.organization_id}:"
        indexes = self.pool.index_information()
        return {
            name.removeprefix(prefix): index for name, index in indexes.items() if name.startswith(prefix)
        }
