"""Documents of many tenants in one collection, a pool; to each it is as if it had a collection of its own."""

from tenantry.tenants.pooled.pooled_documents import PooledDocuments
from tenantry.tenants.pooled.pooled_indexes import POOL_INDEXES, PooledIndexes

__all__ = ["POOL_INDEXES", "PooledDocuments", "PooledIndexes"]
