"""Creating and dropping the indexes of a tenant's collection, within what it and its cluster may have."""

from pymongo import IndexModel
from pymongo.errors import OperationFailure

from tenantry.errors import TooManyIndexes
from tenantry.runtime import server_errors
from tenantry.storage import index_reservations
from tenantry.storage.indexes import MAX_INDEXES
from tenantry.tenants.fence import Fence


def create(fence: Fence, index: IndexModel) -> str:
    """Create an index and return its name; raises as `TenantCollection.create_index` does."""
    name = str(index.document["name"])
    with index_reservations.creating(fence.organization_id) as reservation:
        number = fence.change(lambda indexes: reservation.used_by(indexes.create(index)))
    if reservation.is_used and number > MAX_INDEXES + 1:
        drop(fence, name)
        raise TooManyIndexes
    return name


def drop(fence: Fence, name: str) -> None:
    """Drop an index; raises as `TenantCollection.drop_index` does."""
    if name == "*":  # which the server takes for all
        raise OperationFailure("index not found with name [*]", server_errors.INDEX_NOT_FOUND)
    with index_reservations.dropping(fence.organization_id):
        fence.change(lambda indexes: indexes.drop(name))
