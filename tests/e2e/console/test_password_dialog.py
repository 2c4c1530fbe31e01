"""The dialog that asks for the password where the API wants a recent login."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tenantry.identity.throttling import FREE_FAILURES
from tests.e2e.console.chromium import axe, log_in, slow
from tests.e2e.console.views import show
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner


@pytest.fixture
def asked(page: Page, console: str, owner: Owner, databases: Databases) -> Page:
    """A page whose login is too old for what it asks for: another API key."""
    log_in(page, console, owner)
    long_ago = {"$set": {"authenticated_at": datetime.now(UTC) - timedelta(minutes=12)}}
    account = databases.master["accounts"].find_one({"email": owner.email})
    assert account is not None
    databases.master["sessions"].update_many({"account_id": account["_id"]}, long_ago)
    show(page, "/keys")
    page.get_by_label("Name").fill("Nightly")
    page.get_by_label("documents:read").check()
    page.get_by_role("button", name="Create the key").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    return page


def confirm(dialog: Locator, password: str) -> None:
    dialog.get_by_label("Password", exact=True).fill(password)
    dialog.get_by_role("button", name="Confirm").click()


@slow
@pytest.mark.parametrize("way", ["button", "Escape"])
def test_whoever_does_not_confirm_does_nothing(asked: Page, way: str) -> None:
    page = asked
    axe(page)
    if way == "button":
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    else:
        page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("alert")).to_contain_text("Nothing was done.")
    expect(page.get_by_text("There are no API keys")).to_be_visible()


@slow
def test_right_password_lets_the_request_go_on_once(asked: Page) -> None:
    page, dialog = asked, asked.get_by_role("dialog")
    confirm(dialog, "not the password")
    expect(dialog.get_by_role("alert")).to_contain_text("wrong")
    axe(page)
    with page.expect_request(lambda request: request.url.endswith("/keys") and request.method == "POST"):
        confirm(dialog, PASSWORD)
    expect(dialog.get_by_label("API key")).to_be_visible()
    dialog.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_role("cell", name="Nightly", exact=True)).to_have_count(1)


@slow
def test_guessing_is_slowed_down(asked: Page) -> None:
    page, dialog = asked, asked.get_by_role("dialog")
    for _ in range(FREE_FAILURES + 1):
        with page.expect_response("**/login/confirm"):
            confirm(dialog, "not the password")
    confirm(dialog, PASSWORD)
    expect(dialog.get_by_role("alert")).to_contain_text("Wait for")
    axe(page)
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("There are no API keys")).to_be_visible()
