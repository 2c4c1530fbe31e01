"""Documents that are saved while somebody else changes them, or while the service is in the way."""

from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import APIResponse, Page, Route, expect

from tests.e2e.console.chromium import axe, log_in, slow
from tests.e2e.console.conftest import OpenPage
from tests.e2e.console.documents import edit, editor, insert, show, stored
from tests.e2e.http_service import unique
from tests.support.databases import Databases
from tests.support.owners import Owner
from tests.support.waiting import wait_until

WAIT_SECONDS = 20


def test_conflict_of_two_browsers_is_shown_side_by_side(
    open_page: OpenPage, console: str, owner: Owner
) -> None:
    insert(owner, '{"_id":"milk","text":"buy milk","done":false,"due":1}')
    one, other = open_page(), open_page()
    for page in (one, other):
        log_in(page, console, owner)
        show(page, "/documents/milk")
        page.get_by_role("button", name="Edit").click()
    editor(one).fill('{"_id": "milk", "text": "buy oat milk", "done": false, "due": 1}')
    editor(other).fill('{"_id": "milk", "text": "buy milk", "done": true, "due": 1}')
    one.get_by_role("button", name="Save").click()
    expect(one.get_by_text("The document is saved.")).to_be_visible()
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("heading", name="Somebody else has changed it")).to_be_visible()
    expect(other.locator("mark")).to_have_text(
        ['"text": "buy milk",', '"text": "buy oat milk",', '"done": true,', '"done": false,']
    )
    axe(other)
    edit_one = '{"_id": "milk", "text": "buy rice milk", "done": false, "due": 1}'
    one.get_by_role("button", name="Edit").click()
    editor(one).fill(edit_one)
    one.get_by_role("button", name="Save").click()
    expect(one.get_by_text("The document is saved.")).to_have_count(2)
    # What is overwritten is what was shown, and nothing later.
    other.get_by_role("button", name="Overwrite theirs").click()
    expect(other.get_by_text('"text": "buy rice milk",')).to_be_visible()
    other.get_by_role("button", name="Overwrite theirs").click()
    expect(other.get_by_text("The document is saved.")).to_be_visible()
    assert dict(stored(owner, "milk"))["text"] == "buy milk"
    one.get_by_role("button", name="Edit").click()
    editor(one).fill('{"_id": "milk", "mine": true}')
    other.get_by_role("button", name="Delete").click()
    other.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(other.get_by_text("There is no document yet")).to_be_visible()
    one.get_by_role("button", name="Save").click()
    one.get_by_role("button", name="Create it again").click()
    expect(one.get_by_text('"mine": true')).to_be_visible()
    assert dict(stored(owner, "milk"))["mine"] is True
    one.get_by_role("button", name="Edit").click()
    editor(one).fill('{"_id": "milk", "mine": 2}')
    answer = owner.service.put(f"{owner.path}/documents/milk", {"theirs": 3}, token=owner.token)
    assert answer.status == 200
    one.get_by_role("button", name="Save").click()
    one.get_by_role("button", name="Take theirs").click()
    expect(one.get_by_text('"theirs": 3')).to_be_visible()


@slow
def test_save_whose_answer_is_lost_is_repeated_without_a_conflict(logged_in: Page, owner: Owner) -> None:
    page = logged_in
    insert(owner, '{"_id":"milk","n":1}')
    show(page, "/documents/milk")
    lost: list[APIResponse] = []

    def lose(route: Route) -> None:
        if route.request.method == "PUT" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/documents/milk", lose)
    edit(page, '"n": 1', '"n": 2')
    page.get_by_role("region", name="Messages").get_by_role("button", name="Try again").click()
    expect(page.get_by_text("The document is saved.")).to_be_visible()
    assert [answer.status for answer in lost] == [200]


@slow
def test_save_during_a_rename_is_tried_again(logged_in: Page, owner: Owner, databases: Databases) -> None:
    """A transaction that is open keeps the collection from being renamed."""
    page, collection = logged_in, owner.organization["collection"]
    insert(owner, '{"_id":"milk","n":1}')
    show(page, "/documents/milk")
    page.get_by_role("button", name="Edit").wait_for()
    with ThreadPoolExecutor(1) as pool, databases.client.start_session() as session:
        session.start_transaction()
        databases.tenants[collection].insert_one({"_id": "held"}, session=session)
        renamed = pool.submit(
            owner.service.patch, owner.path, {"name": unique("Alphabet")}, token=owner.token
        )
        wait_until(lambda: databases.organization(owner.id)["state"] == "renaming", WAIT_SECONDS)
        edit(page, '"n": 1', '"n": 2')
        try_again = page.get_by_role("region", name="Messages").get_by_role("button", name="Try again")
        try_again.wait_for()
        session.abort_transaction()
        assert renamed.result().status in {200, 503}
    try_again.click()
    expect(page.get_by_text("The document is saved.")).to_be_visible()
    assert dict(stored(owner, "milk"))["n"] == [("$numberInt", "2")]
    assert databases.organization(owner.id)["collection"] != collection
