"""What clients see of organizations, as `tenantry.http.organizations.answers` describes it."""

from typing import Any

from tenantry.registry import limits
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.registry.organizations.former_slugs import present
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
        "properties": document.get("properties", {}),
        "created_at": rfc3339(document["created_at"]),
        "updated_at": rfc3339(document["updated_at"]),
    }


def configured_organization_of(document: OrganizationDocument) -> dict[str, Any]:
    """Return an organization's representation for the operator, with what no member reads."""
    return organization_of(document) | {
        "private": document.get("private", {}),
        "plan": limits.plan_of(document),
        "limits": document.get("limits", {}),
    }


def former_slugs_of(document: OrganizationDocument) -> list[dict[str, str]]:
    """Return the slugs that an organization has left and that still name it."""
    return [
        {"slug": former["slug"], "since": rfc3339(former["since"]), "until": rfc3339(former["until"])}
        for former in present(document)
    ]
