"""What all views of the console rely on: navigation, sessions that end, connections that are lost."""

import re
from typing import Any, Final

from playwright.sync_api import Page, Route, expect

from tests.e2e.console.chromium import Complaints, axe, log_in, slow
from tests.e2e.console.conftest import ANSWER_MS
from tests.e2e.console.forms import fill, heading
from tests.e2e.http_service import unique
from tests.support.owners import PASSWORD, Owner

MOST_BYTES: Final = 100_000  # of a first view, with header fields
MOST_BYTES_OF_OVERVIEW: Final = 111_500  # with the answers of the API, where a browser has kept nothing


def test_first_view_is_small(page: Page, console: str, owner: Owner) -> None:
    login, overview = Traffic(page), Traffic(page)
    page.goto(console)
    page.get_by_label("Email").wait_for()
    page.wait_for_load_state("networkidle")
    login.stop()
    assert {"app.js", "style.css", "views/login.js"} <= login.files()
    assert login.octets() < MOST_BYTES
    log_in(page, console, owner)
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    overview.begin()
    page.reload()
    expect(page.get_by_text("requests in")).to_be_visible(timeout=3 * ANSWER_MS)  # after some forty answers
    page.wait_for_load_state("networkidle")
    assert {"app.js", "style.css", "components/frame.js", "views/overview.js"} <= overview.files()
    assert overview.octets() < MOST_BYTES_OF_OVERVIEW


class Traffic:
    """What a page gets over the network: bodies and, as HTTP/1.1 writes them, header fields.

    https://chromedevtools.github.io/devtools-protocol/tot/Network/#event-loadingFinished
    """

    def __init__(self, page: Page) -> None:
        self._addresses: dict[str, str] = {}
        self._octets: dict[str, int] = {}
        self._browser = page.context.new_cdp_session(page)
        self._browser.on("Network.responseReceived", self._hear_of_answer)
        self._browser.on("Network.loadingFinished", self._hear_of_end)
        self._browser.send("Network.enable")

    def begin(self) -> None:
        """Forget what has come so far."""
        self._addresses.clear()
        self._octets.clear()

    def stop(self) -> None:
        """Listen no more."""
        self._browser.detach()

    def files(self) -> set[str]:
        """Return what has come of the console's folder."""
        return {address.rpartition("/console/")[2] for address in self._addresses.values()}

    def octets(self) -> int:
        """Return the size of all that has come."""
        return sum(self._octets.values())

    def _hear_of_answer(self, event: dict[str, Any]) -> None:
        self._addresses[event["requestId"]] = event["response"]["url"]

    def _hear_of_end(self, event: dict[str, Any]) -> None:
        self._octets[event["requestId"]] = int(event["encodedDataLength"])


def test_session_that_is_revoked_while_the_page_is_open_leads_to_the_login_and_back(
    logged_in: Page, owner: Owner
) -> None:
    page = logged_in
    page.get_by_role("link", name="Account").click()
    heading(page, "Account")
    sessions = owner.service.get("/account/sessions", token=owner.token).json["sessions"]
    (of_page,) = [session["id"] for session in sessions if not session["current"]]
    assert owner.service.delete(f"/account/sessions/{of_page}", token=owner.token).status == 204
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("status").filter(has_text="Your session has ended")).to_be_visible()
    axe(page)
    fill(page, {"Email": owner.email, "Password": PASSWORD})
    page.get_by_role("button", name="Log in").click()
    heading(page, "Settings")


@slow
def test_page_that_is_loaded_anew_is_logged_in_and_tabs_share_the_session(
    logged_in: Page, console: str, owner: Owner
) -> None:
    page = logged_in
    kept = page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")
    assert "eyJ" not in kept
    assert owner.email not in kept
    other = page.context.new_page()
    other.goto(f"{console}#/account")
    heading(other, "Account")
    name = unique("Switched")
    assert owner.service.post("/organizations", {"name": name}, token=owner.token).status == 201
    page.reload()
    page.get_by_role("button", name="Organization:").click()
    page.get_by_role("dialog").get_by_role("button", name=name).click()
    heading(page, name)
    other.get_by_role("link", name="Settings").click()
    expect(other.get_by_role("button", name="Organization:")).to_contain_text(name)
    with page.expect_response("**/logout"):  # the login is shown before the session has ended
        page.get_by_role("button", name="Log out").click()
    heading(page, "Log in")
    expect(other.get_by_role("status").filter(has_text="Your session has ended")).to_be_visible()
    expect(other.get_by_text(name)).to_have_count(0)


@slow
def test_keyboard_alone_reaches_everything_on_a_narrow_page(page: Page, console: str, owner: Owner) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    log_in_by_keyboard(page, console, owner)
    heading(page, owner.organization["name"])
    page.get_by_role("link", name="Skip to content").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    menu = page.get_by_role("button", name="Menu")
    menu.focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    axe(page)
    page.keyboard.press("Escape")
    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Account").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Account")).to_be_focused()
    expect(page).to_have_title("Account · Tenantry")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    axe(page)


def log_in_by_keyboard(page: Page, console: str, owner: Owner) -> None:
    page.goto(console)
    page.get_by_label("Email").focus()
    page.keyboard.type(owner.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


@slow
def test_lost_connection_is_told_and_a_view_that_fails_to_load_can_be_asked_for_again(
    logged_in: Page, complaints: Complaints
) -> None:
    page = logged_in
    page.context.set_offline(True)
    expect(page.get_by_role("status").filter(has_text="You are offline")).to_be_visible()
    page.get_by_role("link", name="Account").click()
    # The view before may be told so, too, until this one is shown.
    expect(page.get_by_role("alert").filter(has_text="could not be loaded")).to_be_visible()
    axe(page)
    page.context.set_offline(False)
    expect(page.get_by_role("status").filter(has_text="You are offline")).to_have_count(0)
    complaints.clear()  # the module that did not come


@slow
def test_busy_service_is_asked_again_by_itself_and_then_by_the_person(logged_in: Page, owner: Owner) -> None:
    page, answers = logged_in, []

    def busy(route: Route) -> None:
        answers.append(503)
        body = '{"code": "service-unavailable", "title": "Busy", "detail": "Busy.", "status": 503}'
        route.fulfill(
            status=503, headers={"Retry-After": "0"}, content_type="application/problem+json", body=body
        )

    page.route(re.compile(f"{owner.id}$"), busy)
    page.get_by_role("link", name="Settings").first.click()
    expect(page.get_by_role("alert")).to_contain_text("busy")
    assert len(answers) == 3
    page.unroute(re.compile(f"{owner.id}$"))
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(owner.organization["name"])


@slow
def test_theme_is_the_systems_until_somebody_chooses(page: Page, console: str, owner: Owner) -> None:
    page.emulate_media(color_scheme="dark")
    log_in(page, console, owner)
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    dark = page.evaluate(colour)
    page.get_by_label("Theme").select_option("light")
    light = page.evaluate(colour)
    assert light != dark
    page.emulate_media(color_scheme="light")
    page.reload()
    page.get_by_label("Theme").wait_for()
    assert page.evaluate(colour) == light
    page.get_by_label("Theme").select_option("dark")
    assert page.evaluate(colour) == dark
