"""Documents that programs of a tenant have stored by themselves, past what the API accepts."""

from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.chromium import axe, slow
from tests.e2e.console.documents import show
from tests.support.databases import Databases
from tests.support.owners import Owner

MEGABYTES: Final = 5_000_000
NAMES: Final[dict[str, Any]] = {
    "_id": "names",
    "": "nothing",
    "a.b": "dot",
    "$c": "dollar",
    "__proto__": {"x": 1},
    "<img src=x onerror=alert(1)>": "markup",
    "\u202eevil": "turned round",
    "inner": {"": 1, "$d": 2, "e.f": [{"$g": "</bdi><script>alert(2)</script>"}]},
}


@pytest.fixture
def foreign(owner: Owner, databases: Databases) -> list[dict[str, Any]]:
    """Store documents with none of the API's checks; an answer holds `long`, but not `longer`."""
    documents: list[dict[str, Any]] = [
        {"_id": "first", "n": 1},
        {"_id": "long", "text": "x" * MEGABYTES},
        {"_id": "longer", "text": '"' * MEGABYTES},
        NAMES,
        {"_id": "zulu", "n": 2},
    ]
    for document in documents:  # one by one: together they are longer than a message may be
        databases.stored(owner.organization["collection"]).insert_one(dict(document))
    return documents


@slow
def test_megabytes_hide_no_other_document(logged_in: Page, foreign: list[dict[str, Any]]) -> None:
    page = logged_in
    rows = page.get_by_role("region", name="Documents").get_by_role("row")
    show(page, "/documents")
    expect(page.get_by_text(f"{len(foreign)} documents")).to_be_visible()
    expect(rows).to_have_count(3)
    assert page.evaluate("document.body.textContent.length") < 10_000
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_role("alert")).to_contain_text("too long to be shown here")
    axe(page)
    page.get_by_role("button", name="Show the ids alone").click()
    expect(rows).to_have_count(1 + len(foreign) - 2)
    expect(page.get_by_role("link", name="zulu")).to_be_visible()
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("button", name="Those of the documents").click()
    expect(page.get_by_role("link", name="first")).to_be_visible()


@slow
def test_document_of_megabytes_is_shown_or_refused_and_never_edited(
    logged_in: Page, foreign: list[dict[str, Any]]
) -> None:
    page = logged_in
    show(page, "/documents/long")
    expect(page.get_by_text("It is too long to be edited here.")).to_be_visible()
    expect(page.get_by_role("button", name="Edit")).to_have_count(0)
    assert page.evaluate("document.body.textContent.length") < 30_000
    axe(page)
    show(page, "/documents/longer")
    expect(page.get_by_role("alert")).to_contain_text("too long to be shown here")
    axe(page)
    show(page, "/documents/long")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("The document is deleted.")).to_be_visible()


@slow
def test_names_that_the_api_would_refuse_are_text(
    logged_in: Page, owner: Owner, databases: Databases, foreign: list[dict[str, Any]]
) -> None:
    page = logged_in
    show(page, "/documents?filter=%7B%22_id%22%3A%22names%22%7D")
    expect(page.get_by_role("columnheader", name="__proto__")).to_be_visible()
    expect(page.get_by_role("columnheader", name="<img src=x onerror=alert(1)>")).to_be_visible()
    expect(page.get_by_role("columnheader", name=r"\u202eevil")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="names").click()
    expect(page.get_by_text('"e.f"')).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    text = page.get_by_role("textbox", name="Document")
    text.fill(text.input_value().replace('"nothing"', '"something"'))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The document is saved.")).to_be_visible()
    saved = databases.stored(owner.organization["collection"]).find_one({"_id": "names"})
    assert saved is not None
    assert list(saved.items()) == list({**NAMES, "": "something"}.items())
