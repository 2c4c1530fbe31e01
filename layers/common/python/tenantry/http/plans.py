"""What the operator sees of plans, as `tenantry.http.organizations.answers` describes it."""

from typing import Any

from tenantry.language.paging import Page
from tenantry.registry.limits import PlanDocument


def plan_of(document: PlanDocument) -> dict[str, Any]:
    """Return a plan's representation."""
    return {"name": document["_id"], "limits": document["limits"]}


def plans_of(page: Page) -> dict[str, Any]:
    """Return the representation of a page of plans."""
    return {"plans": [plan_of(plan) for plan in page.documents], "next_cursor": page.next_cursor}
