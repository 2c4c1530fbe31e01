"""The documents of tenants, whatever the organization is named by now.

`collection` opens the collection of the caller's organization, a `TenantCollection`; functions read and write
documents through it alone.
"""

from tenantry.tenants.tenant_collection import TenantCollection, collection

__all__ = ["TenantCollection", "collection"]
