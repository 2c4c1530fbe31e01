"""Imports and exports of the console: what was in a file is in the other one, and nothing twice."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.e2e.console.chromium import axe, log_in, slow
from tests.e2e.console.documents import all_stored, insert, show
from tests.e2e.http_service import unique
from tests.support.owners import Owner

LINES = 2000
WRONG = {700: '{"n":1,"n":2}', 1100: '{"_id":5}', 1900: '{"at":{"$date":"today"}}'}


def lines() -> list[str]:
    """Return lines of which those of `WRONG` are refused, one for an id that exists."""
    texts = [f'{{"_id":{n},"long":{2**53 + n},"__proto__":{{"n":{n}}},"2":1,"1":1.0}}' for n in range(LINES)]
    for number, text in WRONG.items():
        texts[number - 1] = text
    return texts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "documents.ndjson"
    path.write_text("\n".join(lines()))
    return path


def begin(page: Page, file: Path) -> None:
    show(page, "/documents?do=import")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Import", exact=True).click()


def saved(page: Page, button: str, to: Path) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    download.value.save_as(to)
    return to.read_text()


def test_export_equals_what_was_imported_apart_from_refused_lines(
    logged_in: Page, owner: Owner, file: Path, tmp_path: Path
) -> None:
    page = logged_in
    # A dialog of the system that no test can answer; without it the page keeps the file in memory.
    page.evaluate("delete window.showSaveFilePicker")
    begin(page, file)
    expect(page.get_by_text(f"{LINES - 3:,} inserted, 3 refused.")).to_be_visible()
    rows = page.get_by_role("region", name="Refused lines").get_by_role("row")
    expect(rows).to_have_count(4)
    for row, (number, text) in enumerate(WRONG.items(), start=1):
        expect(rows.nth(row)).to_contain_text(f"{number:,}")
        expect(rows.nth(row)).to_contain_text(text)
    axe(page)
    refused = saved(page, "Download the refused lines", tmp_path / "refused.ndjson")
    assert refused.splitlines() == list(WRONG.values())

    show(page, "/documents?do=export")
    axe(page)
    exported = saved(page, "Export", tmp_path / "export.ndjson").splitlines()
    expect(page.get_by_text(f"{LINES - 3:,} documents exported.")).to_be_visible()
    assert exported == all_stored(owner)
    assert exported[5] == (
        '{"_id":{"$numberInt":"5"},"long":{"$numberLong":"9007199254740997"},'
        '"__proto__":{"n":{"$numberInt":"5"}},"2":{"$numberInt":"1"},"1":{"$numberDouble":"1.0"}}'
    )


@slow
def test_import_goes_on_after_problems_and_stores_nothing_twice(
    logged_in: Page, owner: Owner, tmp_path: Path
) -> None:
    page = logged_in
    file = tmp_path / "documents.ndjson"
    file.write_text("\n".join(f'{{"n":{n}}}' for n in range(1200)))
    requests: list[int] = []

    def disturb(route: Route) -> None:
        requests.append(len(requests))
        if len(requests) == 1:  # it is done, and nobody hears of it
            route.fetch()
            route.abort()
        elif len(requests) == 3:
            problem = {"status": 503, "code": "service-unavailable", "title": "", "detail": "Busy."}
            route.fulfill(status=503, json=problem, headers={"Retry-After": "1"})
        else:
            route.continue_()

    page.route("**/documents?ordered=false", disturb)
    begin(page, file)
    expect(page.get_by_text("It goes on by itself in 1 second.")).to_be_visible()
    expect(page.get_by_text("1,200 inserted, 0 refused.")).to_be_visible()
    assert sorted(json.loads(text)["n"]["$numberInt"] for text in all_stored(owner)) == sorted(
        map(str, range(1200))
    )


@slow
def test_import_that_was_left_goes_on_with_the_same_file(
    logged_in: Page, owner: Owner, tmp_path: Path
) -> None:
    page = logged_in
    file = tmp_path / "documents.ndjson"
    file.write_text("\n".join(f'{{"n":{n}}}' for n in range(1200)))
    requests: list[Route] = []

    def stall(route: Route) -> None:
        requests.append(route)
        if len(requests) == 2:
            page.get_by_role("button", name="Stop").click(no_wait_after=True)
        route.continue_()

    page.route("**/documents?ordered=false", stall)
    begin(page, file)
    expect(page.get_by_role("heading", name="Stopped")).to_be_visible()
    page.unroute("**/documents?ordered=false")
    show(page, "/documents")
    expect(page.get_by_role("button", name="Search")).to_be_visible()
    show(page, "/documents?do=import")
    page.get_by_label("File").set_input_files(file)
    expect(page.get_by_text("It goes on, and stores nothing twice.")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("1,200 inserted, 0 refused.")).to_be_visible()
    assert len(all_stored(owner)) == 1200


@slow
def test_pasted_lines_are_imported(logged_in: Page, owner: Owner) -> None:
    page = logged_in
    show(page, "/documents?do=import")
    page.get_by_label("Or lines").fill('{"_id":1}\n\nno JSON\n{"_id":2}')
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("2 inserted, 1 refused.")).to_be_visible()
    assert [json.loads(text)["_id"] for text in all_stored(owner)] == [
        {"$numberInt": "1"},
        {"$numberInt": "2"},
    ]


@slow
def test_export_is_written_to_a_chosen_file(logged_in: Page, owner: Owner) -> None:
    """In a file of the page's own, of the same kind as that which the dialog of the system gives."""
    page = logged_in
    insert(owner, '{"_id":1}', '{"_id":2}')
    page.evaluate(
        "() => { window.showSaveFilePicker = async ({suggestedName}) => "
        "(await navigator.storage.getDirectory()).getFileHandle(suggestedName, {create: true}) }"
    )
    show(page, "/documents?do=export&filter=%7B%22_id%22%3A2%7D")
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("1 document exported.")).to_be_visible()
    text = page.evaluate(
        "async (name) => { const folder = await navigator.storage.getDirectory(); "
        "return (await (await folder.getFileHandle(name)).getFile()).text(); }",
        f"{owner.slug}.ndjson",
    )
    assert text == '{"_id":{"$numberInt":"2"}}\n'


@slow
def test_logout_asks_before_it_stops_an_import(logged_in: Page, owner: Owner, tmp_path: Path) -> None:
    page = logged_in
    file = tmp_path / "documents.ndjson"
    file.write_text("\n".join(f'{{"n":{n}}}' for n in range(1200)))
    questions: list[str] = []
    answers = iter([False, True])

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.message)
        if next(answers):
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    page.route("**/documents?ordered=false", lambda route: None)  # no answer comes
    begin(page, file)
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(stop).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", level=1, name="Log in")).to_be_visible()
    assert [question[:24] for question in questions] == ["Leave? The import stops."] * 2
    log_in(page, page.url.partition("#")[0], owner)
    page.get_by_role("link", name="Members").click()
    expect(page.get_by_role("heading", level=1, name="Members")).to_be_visible()
    assert len(questions) == 2


@slow
def test_import_that_a_failed_switch_has_not_stopped_is_asked_about_again(
    logged_in: Page, owner: Owner, tmp_path: Path
) -> None:
    page = logged_in
    name = unique("Next")
    assert owner.service.post("/organizations", {"name": name}, token=owner.token).status == 201
    page.reload()
    file = tmp_path / "documents.ndjson"
    file.write_text('{"n":1}')
    questions: list[str] = []

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.message)
        if len(questions) == 1:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    page.route("**/documents?ordered=false", lambda route: None)  # no answer comes
    problem = {"status": 503, "code": "service-unavailable", "title": "", "detail": "Busy."}
    page.route("**/login/switch", lambda route: route.fulfill(status=503, json=problem))
    begin(page, file)
    page.get_by_role("button", name="Organization:").click()
    choice = page.get_by_role("dialog")
    choice.get_by_role("button", name=name).click()
    expect(choice.get_by_role("alert")).to_contain_text("busy")
    choice.get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Members").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    assert [question[:24] for question in questions] == ["Leave? The import stops."] * 2
