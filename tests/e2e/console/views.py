"""All views of the console, with something to show in each."""

from typing import Final

from playwright.sync_api import Page, expect

from tests.support.owners import Owner

# A view says itself where it is, and who may see it.
VIEWS: Final = """async () => (await import("./views.js")).VIEWS.filter((view) => !view.operator)
  .map(({path, title, open}) => ({path, title, open: Boolean(open)}))"""
ROUTES_BELOW: Final = (
    "/documents/apples",
    "/documents?view=json",
    "/documents?do=create",
    "/documents?do=import",
    "/documents?do=export",
)
DOCUMENTS: Final = [
    {"_id": "apples", "kind": "fruit", "price": 1.2, "stock": 140, "tags": ["red", "sweet"]},
    {"_id": "bread", "kind": "bakery", "price": 3.4, "stock": 24, "at": {"$date": "2026-03-02T07:30:00Z"}},
    {"_id": "cheese", "kind": "dairy", "price": 5.9, "stock": 31, "supplier": {"city": "Utrecht", "days": 2}},
    {"_id": "oranges", "kind": "fruit", "price": 2.1, "stock": 96, "tags": ["organic"]},
    {"_id": "yoghurt", "kind": "dairy", "price": 1.8, "stock": 58, "at": {"$date": "2026-03-04T06:15:00Z"}},
]


def fill_organization(owner: Owner) -> None:
    """Store documents, an index and metadata in an organization."""
    service, token = owner.service, owner.token
    assert service.post(f"{owner.path}/documents", DOCUMENTS, token=token).status == 201
    index = {"name": "by-kind", "keys": [{"field": "kind"}, {"field": "price", "order": -1}]}
    assert service.post(f"{owner.path}/indexes", index, token=token).status == 201
    metadata = {"metadata": {"city": "Utrecht", "employees": 24}}
    assert service.patch(owner.path, metadata, token=token).status == 200


def show(page: Page, route: str) -> None:
    """Follow a link to a view, and wait until it has loaded all that it shows."""
    page.evaluate("hash => { window.location.hash = hash }", route)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".loading")).to_have_count(0)
    page.wait_for_load_state("networkidle")
