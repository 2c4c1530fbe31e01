"""The operator's views, by their addresses."""

from playwright.sync_api import Page, expect

from tenantry.registry.rollouts import Definition

EVIL = "<img src=x onerror=alert(1)>"
ROLLOUT: Definition = {
    "indexes": [{"name": "by-date", "keys": [("at", -1)], "unique": False, "partial": False}],
    "validator": None,
    "function": None,
    "organizations": {"ids": None, "kind": None, "cluster": None, "plan": None, "prefix": None},
    "canary": None,
    "parallel": 1,
    "max_failures": 10,
}
VIEWS = {
    "": "Status",
    "organizations": "Organizations",
    "organizations?do=create": "Create an organization",
    "search": "Address, key, slug",
    "deletions": "Deletions",
    "receipts": "Receipts",
    "plans": "Plans",
    "usage": "Usage",
    "moves": "Moves",
    "rollouts": "Roll-outs",
    "rollouts?do=begin": "Begin a roll-out",
    "rollouts/by-date": "by-date",
    "clusters": "Clusters",
    "audit": "Audit",
    "findings": "Findings",
}


def show(page: Page, view: str) -> None:
    page.evaluate("view => { location.hash = `#/${view}` }", view)
    expect(page.get_by_role("heading", level=1, name=VIEWS.get(view))).to_be_visible()
    expect(page.locator(".loading")).to_have_count(0)
