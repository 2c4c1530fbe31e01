"""Documents in the console: found, created, changed and deleted, and none of them loses anything."""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.chromium import axe, slow
from tests.e2e.console.documents import all_stored, edit, editor, insert, show, stored
from tests.support.owners import Owner

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"
OVERRIDE = "\u202egnp.exe"
DEPTH = 99  # of arrays in a document, which may have 100 levels
BEYOND_DOUBLES = 9007199254740993


@pytest.mark.parametrize("view", ["table", pytest.param("json", marks=slow)])
def test_documents_are_found_by_form_and_text_and_paged(logged_in: Page, owner: Owner, view: str) -> None:
    page = logged_in
    insert(owner, *(f'{{"_id":{n},"text":"note {n}","done":{json.dumps(n % 2 == 0)}}}' for n in range(120)))
    show(page, f"/documents?view={view if view == 'json' else ''}")
    expect(page.get_by_text("120 documents")).to_be_visible()
    axe(page)

    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Field").fill("done")
    page.get_by_label("Type").select_option("boolean")
    page.get_by_label("Sort").fill("-text")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("60 documents")).to_be_visible()
    expect(page.get_by_text("note 98")).to_be_visible()
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_text("note 10", exact=False).first).to_be_visible()
    page.go_back()
    expect(page.get_by_text("note 98")).to_be_visible()

    page.get_by_role("button", name="Edit as text").click()
    filter_text = page.get_by_role("textbox", name="Filter")
    assert json.loads(filter_text.input_value()) == {"done": {"$eq": True}}
    filter_text.fill('{"$or": [{"_id": 7}, {"_id": 500}]}')
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("1 document", exact=True)).to_be_visible()
    insert(owner, '{"_id":500}')
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("2 documents")).to_be_visible()
    filter_text.fill('{"_id": {"$where": "1"}}')
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("is not an operator that filters may use here")).to_be_visible()


@slow
def test_columns_are_chosen(logged_in: Page, owner: Owner) -> None:
    page = logged_in
    insert(owner, '{"_id":"a","address":{"city":"Paris"},"name":"Ada","2":"second"}')
    show(page, "/documents")
    expect(page.get_by_role("columnheader")).to_have_text(["_id", "address", "name", "2"])
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("checkbox", name="address").uncheck()
    expect(page.get_by_role("columnheader")).to_have_text(["_id", "name", "2"])
    show(page, "/documents?fields=address.city")
    expect(page.get_by_role("cell", name="Paris")).to_be_visible()


def test_document_is_created_changed_and_deleted(logged_in: Page, owner: Owner) -> None:
    page = logged_in
    show(page, "/documents?do=create")
    editor(page).fill('{"_id": "milk", "n": 1')
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("Line 1, column 23")).to_be_visible()
    editor(page).fill(f'{{"_id": "milk", "n": {BEYOND_DOUBLES}, "one": {{"$numberLong": "1"}}, "1": 1.0}}')
    axe(page)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="milk")).to_be_visible()
    assert stored(owner, "milk") == [
        ("_id", "milk"),
        ("n", [("$numberLong", str(BEYOND_DOUBLES))]),
        ("one", [("$numberLong", "1")]),
        ("1", [("$numberDouble", "1.0")]),
    ]
    axe(page)
    edit(page, '"1": 1.0', '"1": 1.5, "due": {"$date": "2026-12-01T09:00:00Z"}')
    expect(page.get_by_text("The document is saved.")).to_be_visible()
    assert dict(stored(owner, "milk"))["1"] == [("$numberDouble", "1.5")]
    assert dict(stored(owner, "milk"))["one"] == [("$numberLong", "1")]
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("There is no document yet")).to_be_visible()
    assert all_stored(owner) == []


def hostile() -> str:
    """Return a document that a page shows wrongly, or loses something of, if it is careless."""
    deep = "[" * DEPTH + "1" + "]" * DEPTH
    members = {
        MARKUP: json.dumps(MARKUP),
        "__proto__": '{"polluted":true,"__proto__":1}',
        "constructor": '{"prototype":{"polluted":true}}',
        "hasOwnProperty": "1",
        OVERRIDE: json.dumps(OVERRIDE),
        "2": "1",
        "1": f"{BEYOND_DOUBLES}",
        "$where": '"alert(3)"',
        "a.b": "1",
        "": '{"$numberDecimal":"1.10"}',
        "replacement": '"\\ufffd"',
    }
    texts = [f"{json.dumps(name)}:{text}" for name, text in members.items()]
    return f'{{"_id":{json.dumps(MARKUP)},{",".join(texts)},"deep":{deep},"changed":1}}'


def test_hostile_document_is_shown_as_text_and_changed_without_loss(logged_in: Page, owner: Owner) -> None:
    page = logged_in
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    insert(owner, hostile())
    before = json.loads(all_text(owner), object_pairs_hook=list)
    for view in ("", "json"):
        show(page, f"/documents?view={view}")
        expect(page.get_by_text("1 document", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name=MARKUP)).to_be_visible()
        assert page.locator("main img, main script").count() == 0
        assert OVERRIDE not in page.locator("main").inner_text()
    expect(page.get_by_text("\\u202egnp.exe").first).to_be_visible()
    page.get_by_role("link", name=MARKUP).click()
    expect(page.get_by_text(MARKUP).first).to_be_visible()
    axe(page)
    edit(page, '"changed": 1', '"changed": 2')
    expect(page.get_by_text("The document is saved.")).to_be_visible()
    after = json.loads(all_text(owner), object_pairs_hook=list)
    assert json.dumps(after) == json.dumps(before).replace(
        '["changed", [["$numberInt", "1"]]]', '["changed", [["$numberInt", "2"]]]'
    )
    assert page.evaluate("({}).polluted") is None


def all_text(owner: Owner) -> str:
    """Return the one page of documents as text."""
    return owner.service.get(
        f"{owner.path}/documents", token=owner.token, headers={"Accept": "application/ejson"}
    ).text


@slow
def test_megabytes_do_not_freeze_the_page(logged_in: Page, owner: Owner) -> None:
    """As much as an answer holds, in values as long as a document may have them."""
    page = logged_in
    for n in range(10):
        insert(owner, json.dumps({"_id": n, "long": chr(ord("a") + n) * 520_000}))
    for view in ("", "json"):
        show(page, f"/documents?view={view}&filter={quote(json.dumps({'_id': {'$gte': 0}}))}")
        expect(page.get_by_text("aaaa").first).to_be_visible()
        assert page.evaluate("document.body.innerText.length") < 100_000
        page.get_by_role("button", name="Show more").first.click()
    show(page, "/documents/~eyIkbnVtYmVySW50IjoiMCJ9")
    edit(page, '"long": "aaa', '"long": "baa')
    expect(page.get_by_text("The document is saved.")).to_be_visible()


@slow
def test_list_fits_a_narrow_page(logged_in: Page, owner: Owner) -> None:
    page = logged_in
    insert(owner, hostile())
    page.set_viewport_size({"width": 360, "height": 740})
    show(page, "/documents")
    expect(page.get_by_text("1 document", exact=True)).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
