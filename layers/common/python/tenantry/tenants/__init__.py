"""Tenants' collections; the only room that names one."""

from tenantry.tenants.fence import TenantCollection, collection

__all__ = ["TenantCollection", "collection"]
