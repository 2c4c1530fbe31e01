"""What clients see of organizations, as `tenantry.http.organizations.answers` describes it."""

from typing import Any

from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.runtime.moments import rfc3339


def reference_to(document: OrganizationDocument) -> dict[str, Any]:
    """Return what tells which organization it is."""
    return {"id": document["_id"], "name": document["name"], "slug": document["slug"]}


def organization_of(document: OrganizationDocument) -> dict[str, Any]:
    """Return an organization's representation."""
    return reference_to(document) | {
        "collection": document["collection"],
        "state": document["state"],
        "version": document["version"],
        "metadata": document["metadata"],
        "created_at": rfc3339(document["created_at"]),
        "updated_at": rfc3339(document["updated_at"]),
    }
