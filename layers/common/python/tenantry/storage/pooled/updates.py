"""Updates and bulk operations of a tenant, as they are in a pool."""

from collections.abc import Mapping
from typing import Any

from pymongo import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne

from tenantry.runtime import ids
from tenantry.runtime.mongodb import Document
from tenantry.storage.allowed.updates import OF_ID, BulkOperation
from tenantry.storage.pooled import filters
from tenantry.storage.pooled.ids import stored, stored_id


def in_pool(tenant: str, query: Mapping[str, Any], update: Mapping[str, Any], *, upsert: bool) -> Document:
    """Return the update with `_id`s as they are stored, and with one for a document that it may insert."""
    changes = {
        name: stored(tenant, fields) if name in OF_ID and "_id" in fields else fields
        for name, fields in update.items()
    }
    if upsert and not any("_id" in fields for fields in (query, *(changes.get(name, {}) for name in OF_ID))):
        new_id = stored_id(tenant, ids.random_object_id())
        changes["$setOnInsert"] = {**changes.get("$setOnInsert", {}), "_id": new_id}
    return changes


def inserted(tenant: str, document: Document) -> Document:
    """Return a document to insert as it is stored; one without an `_id` gets one, as from pymongo."""
    ids.give_ids([document])
    return stored(tenant, document)


def replacement(tenant: str, document: Mapping[str, Any]) -> Document:
    """Return a replacement as it is stored."""
    return stored(tenant, document) if "_id" in document else dict(document)


def needs_id(query: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """Tell whether an upsert by replacement leaves the `_id` to the server, which knows no tenants."""
    return "_id" not in query and "_id" not in document


def bulk(tenant: str, operation: BulkOperation) -> BulkOperation:
    """Return one of several writes as it is in a pool."""
    if isinstance(operation, InsertOne):
        return InsertOne(inserted(tenant, operation._doc))
    upsert = not isinstance(operation, DeleteOne | DeleteMany) and bool(operation._upsert)
    query = (filters.upsert_in_pool if upsert else filters.in_pool)(tenant, operation._filter)
    if isinstance(operation, ReplaceOne):
        return ReplaceOne(query, replacement(tenant, operation._doc), upsert=upsert)
    if isinstance(operation, UpdateOne | UpdateMany):
        changes = in_pool(tenant, operation._filter, operation._doc, upsert=upsert)  # type: ignore[arg-type]
        return type(operation)(query, changes, upsert=upsert, array_filters=operation._array_filters)
    return type(operation)(query)
