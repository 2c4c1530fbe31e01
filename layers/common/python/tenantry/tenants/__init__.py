"""Tenants' collections; the only room that names one."""

from tenantry.tenants.tenant_collection import TenantCollection, collection

__all__ = ["TenantCollection", "collection"]
