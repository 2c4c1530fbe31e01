"""What clients see of indexes."""

from tenantry.http.documents.refusals import ID_INDEX
from tenantry.http.indexes.answers import Index
from tenantry.http.indexes.bodies import CreateIndex
from tenantry.runtime.mongodb import Document


def created(name: str, index: CreateIndex) -> Index:
    """Return the representation of an index that was created."""
    keys = [key.model_dump() for key in index.keys]
    return Index(name=name, keys=keys, unique=index.unique, partial=index.partial)


def index_of(document: Document) -> Index:
    """Return the representation of an index as the server describes it."""
    keys = [{"field": field, "order": order} for field, order in document["key"].items()]
    return Index(
        name=document["name"],
        keys=keys,
        unique=document.get("unique", False) or document["name"] == ID_INDEX,
        partial="partialFilterExpression" in document,
    )
