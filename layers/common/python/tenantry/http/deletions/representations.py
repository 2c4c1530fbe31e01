"""What clients see of deleted organizations, as `tenantry.http.deletions.answers` describes it."""

from typing import Any

from tenantry.http.organizations.representations import reference_to
from tenantry.language.paging import Page
from tenantry.registry.deletions import DeletionDocument
from tenantry.runtime.moments import rfc3339


def deletion_of(document: DeletionDocument) -> dict[str, Any]:
    """Return the representation of a deleted organization."""
    return {
        "organization": reference_to(document["organization"]),
        "state": "purging" if document.get("is_purging") else "kept",
        "deleted_at": rfc3339(document["deleted_at"]),
        "deleted_by": document["decided_by"]["actor"],
        "purge_at": rfc3339(document["purge_at"]),
        "cluster": document["cluster"],
        "kind": document["kind"],
        "members": len(document["members"]),
    }


def page_of(page: Page) -> dict[str, Any]:
    """Return the representation of a page of deleted organizations."""
    return {
        "deletions": [deletion_of(document) for document in page.documents],
        "next_cursor": page.next_cursor,
    }
