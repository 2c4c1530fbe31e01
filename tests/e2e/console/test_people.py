"""What somebody sees of what others do to their membership, while the page is open."""

from http import HTTPStatus

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.chromium import axe, log_in, slow
from tests.e2e.console.conftest import OpenPage
from tests.e2e.console.forms import heading
from tests.e2e.console.people import join, member_id, verify
from tests.e2e.console.views import show
from tests.e2e.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner

NOT_ALLOWED = "Your role does not allow this"


def shows_role(page: Page, role: str) -> None:
    """Wait until the frame says what the person is."""
    expect(page.get_by_role("button", name="Organization:")).to_contain_text(role)


@pytest.fixture
def team(owner: Owner, mailbox: Mailbox) -> Owner:
    """The owner of an organization that invites people."""
    verify(owner, mailbox)
    return owner


@slow
def test_ownership_is_handed_over_between_two_browsers(
    page: Page, open_page: OpenPage, console: str, team: Owner, mailbox: Mailbox
) -> None:
    successor, second = join(team, mailbox, "editor"), open_page()
    log_in(page, console, team)
    show(page, "/members")
    page.get_by_label("Offer it to").select_option(label=successor.email)
    page.get_by_role("button", name="Offer").click()
    expect(page.get_by_text("Offered by")).to_be_visible()

    log_in(second, console, successor)
    shows_role(second, "editor")
    show(second, "/members")
    axe(second)
    second.get_by_role("button", name="Accept").click()
    expect(second.get_by_text("You are an owner now.")).to_be_visible()
    shows_role(second, "owner")
    expect(second.get_by_role("link", name="API keys")).to_be_visible()

    # What the former owner is offered meanwhile is refused, and the page says what it is now.
    shows_role(page, "owner")
    page.get_by_role("link", name="Settings").first.click()
    page.get_by_role("button", name="Delete the organization").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Type the name").fill(team.slug)
    dialog.get_by_label("Your password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Delete", exact=True).click()
    shows_role(page, "admin")
    expect(page.get_by_role("button", name="Delete the organization")).to_have_count(0)
    assert team.service.get(team.path, token=successor.token).status == HTTPStatus.OK


@slow
def test_demoted_member_is_told_keeps_the_text_and_is_offered_nothing_more(
    page: Page, console: str, team: Owner, mailbox: Mailbox
) -> None:
    editor = join(team, mailbox, "editor")
    log_in(page, console, editor)
    show(page, "/documents?do=create")
    text = page.get_by_role("textbox", name="Document")
    text.fill('{"_id": "milk"}')
    member = f"{team.path}/members/{member_id(team, editor.email)}"
    assert team.service.patch(member, {"role": "viewer"}, token=team.token).status == HTTPStatus.OK
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_contain_text(NOT_ALLOWED)
    shows_role(page, "viewer")
    expect(text).to_have_value('{"_id": "milk"}')
    page.on("dialog", lambda dialog: dialog.accept())
    show(page, "/documents")
    expect(page.get_by_role("link", name="Export")).to_be_visible()
    expect(page.get_by_role("link", name="Create", exact=True)).to_have_count(0)
    show(page, "/documents?do=import")
    expect(page.get_by_text(NOT_ALLOWED)).to_be_visible()


@slow
def test_removed_member_sees_the_login_and_nothing_of_before(
    page: Page, console: str, team: Owner, mailbox: Mailbox
) -> None:
    admin = join(team, mailbox, "admin")
    log_in(page, console, admin)
    show(page, "/members")
    expect(page.get_by_role("cell", name=team.email, exact=True)).to_be_visible()
    member = f"{team.path}/members/{member_id(team, admin.email)}"
    assert team.service.delete(member, token=team.token).status == HTTPStatus.NO_CONTENT
    page.get_by_role("link", name="Invitations").click()
    expect(page.get_by_role("status").filter(has_text="Your session has ended")).to_be_visible()
    heading(page, "Log in")
    content = page.locator("body").inner_text()
    assert team.email not in content
    assert team.organization["name"] not in content
    page.go_back()
    heading(page, "Log in")
    expect(page.get_by_text(team.email)).to_have_count(0)


@slow
def test_all_sessions_are_ended(page: Page, open_page: OpenPage, console: str, owner: Owner) -> None:
    second = open_page()
    log_in(page, console, owner)
    log_in(second, console, owner)
    show(second, "/members")
    show(page, "/account")
    page.get_by_role("button", name="End all sessions").click()
    axe(page)
    page.get_by_role("dialog").get_by_role("button", name="End all sessions").click()
    heading(page, "Log in")
    assert page.context.cookies() == []
    second.get_by_role("link", name="Settings").first.click()
    expect(second.get_by_role("status").filter(has_text="Your session has ended")).to_be_visible()
    expect(second.get_by_text(owner.email)).to_have_count(0)
    assert owner.service.get(owner.path, token=owner.token).status == HTTPStatus.UNAUTHORIZED
    page.reload()
    heading(page, "Log in")
