"""Indexes in the console."""

from playwright.sync_api import Page, expect

from tests.e2e.console.chromium import axe, slow
from tests.e2e.console.documents import insert, show
from tests.support.owners import Owner


@slow
def test_index_is_created_and_dropped_and_duplicates_are_told(logged_in: Page, owner: Owner) -> None:
    page = logged_in
    insert(owner, '{"_id":1,"email":"a"}', '{"_id":2,"email":"a"}')
    show(page, "/indexes")
    expect(page.get_by_role("cell", name="_id_", exact=True)).to_be_visible()
    axe(page)
    page.get_by_label("Path").fill("email")
    page.get_by_label("Order").select_option("descending")
    page.get_by_label("Unique").check()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_contain_text("two documents have the same values in these fields")
    page.get_by_label("Unique").uncheck()
    page.get_by_label("Partial").check()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("cell", name="email_-1", exact=True)).to_be_visible()
    expect(page.get_by_text("partial", exact=True)).to_be_visible()
    page.get_by_label("Path").fill("email")
    page.get_by_label("Order").select_option("descending")
    page.get_by_label("Partial").check()
    page.get_by_label("Name").fill("again")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_contain_text("another index has this name, or the same fields")
    page.get_by_role("button", name="Drop email_-1").click()
    page.get_by_role("dialog").get_by_role("button", name="Drop").click()
    expect(page.get_by_role("cell", name="email_-1", exact=True)).to_have_count(0)
    names = [
        index["name"]
        for index in owner.service.get(f"{owner.path}/indexes", token=owner.token).json["indexes"]
    ]
    assert names == ["_id_"]
