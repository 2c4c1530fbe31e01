"""The operator's console as a whole: its link, and all its views."""

import pytest
from playwright.sync_api import Page, expect

from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.lifecycle.rollouts import operations as rollouts
from tests.e2e.console.chromium import Complaints, axe, slow
from tests.e2e.console.operator.views import ROLLOUT, VIEWS, show
from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.console import Page as Served


def test_link_works_once_and_nothing_keeps_it(operators: tuple[Page, Served]) -> None:
    page, served = operators
    assert "token" not in page.url
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    page.go_back(wait_until="commit")
    assert "token" not in page.url
    page.goto(f"{served.client.base_url}/console/index.html")
    expect(page.get_by_text("Press Enter in the terminal")).to_be_visible()
    link = served.server.link()
    page.goto(link)
    expect(page.get_by_role("heading", name="Status")).to_be_visible()
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_text("This link has been used already")).to_be_visible()
    assert len([text for text in served.told if "token" in text]) == 1
    axe(page)


@slow
def test_other_page_ends_and_says_so(operators: tuple[Page, Served], complaints: Complaints) -> None:
    page, served = operators
    served.start()
    show(page, "plans")
    expect(page.get_by_text("another one has been since")).to_be_visible()


@slow
@pytest.mark.parametrize("width", [360, 1280])
def test_every_view_is_accessible_and_no_wider_than_the_page(
    operators: tuple[Page, Served], google: Membership, width: int
) -> None:
    page, _ = operators
    deleting.delete(library.create("Gone"))
    deleting.delete(library.create("Ended"), immediately=True)
    rollouts.begin("by-date", ROLLOUT)
    tenantry_json("plan", "set", "pro", "--limit", "members=5")
    page.set_viewport_size({"width": width, "height": 800})
    for view in [*VIEWS, f"organizations/{google.organization_id}"]:
        show(page, view)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view
    show(page, "rollouts?do=begin")
    page.get_by_role("button", name="Add an index").click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
