"""Creating and dropping the indexes of a tenant's collection, within what it and its cluster may have."""

from collections.abc import Mapping
from typing import Any

from pymongo import IndexModel
from pymongo.errors import OperationFailure

from tenantry.errors import LimitReached, TooManyIndexes
from tenantry.runtime import server_errors
from tenantry.storage import index_reservations
from tenantry.storage.indexes import MAX_INDEXES
from tenantry.tenants.fence import Fence


def create(fence: Fence, index: IndexModel) -> str:
    """Create an index and return its name; raises as `TenantCollection.create_index` does."""
    name = str(index.document["name"])
    try:
        with index_reservations.creating(fence.organization_id, name) as reservation:
            number = fence.change(lambda indexes: reservation.used_by(indexes.create(index)))
    except LimitReached:
        if not _is_there(fence, index):
            raise
        return name
    if reservation.is_used and number > MAX_INDEXES + 1:
        drop(fence, name)
        raise TooManyIndexes
    return name


def _is_there(fence: Fence, index: IndexModel) -> bool:
    """Tell whether there is an index as it is asked for, so that creating it changes nothing."""
    asked_for = _meaning(index.document)
    stored = fence.read(lambda documents: list(documents.list_indexes()))
    return any(_meaning(present) == asked_for for present in stored)


def _meaning(index: Mapping[str, Any]) -> tuple[Any, ...]:
    keys = list(index["key"].items())  # whose order matters
    return index["name"], keys, index.get("unique", False), index.get("partialFilterExpression")


def drop(fence: Fence, name: str) -> None:
    """Drop an index; raises as `TenantCollection.drop_index` does."""
    if name == "*":  # which the server takes for all
        raise OperationFailure("index not found with name [*]", server_errors.INDEX_NOT_FOUND)
    with index_reservations.dropping(fence.organization_id, name):
        fence.change(lambda indexes: indexes.drop(name))
