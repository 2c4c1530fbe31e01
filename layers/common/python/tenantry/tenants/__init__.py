"""Tenants' collections; only this room and `tenantry.lifecycle.moves` name one."""

from tenantry.tenants.tenant_collection import TenantCollection, collection

__all__ = ["TenantCollection", "collection"]
