"""Pages of the console in a real Chromium, driven by Playwright, which complain of nothing."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.e2e import browser as installed
from tests.support.owners import PASSWORD, Owner

# Of tests that `make test` leaves out.
slow: Final = pytest.mark.skipif(os.environ.get("CONSOLE") != "all", reason="make test-console runs it")
AXE: Final = Path(__file__).parents[3] / ".local/console/node_modules/axe-core/axe.min.js"
# https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#axe-core-tags
WCAG_2_2_AA: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Of those rules, the ones that look at colours: https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md
RULES_OF_COLOURS: Final = ["color-contrast", "link-in-text-block"]
RULES: Final[dict[Literal["light", "dark"], dict[str, Any]]] = {
    "light": {"type": "tag", "values": WCAG_2_2_AA},
    "dark": {"type": "rule", "values": RULES_OF_COLOURS},
}
# Waits until other colours are drawn; before that, axe sees some of the ones before.
FRAMES: Final = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# What Chromium itself writes to the console when a server refuses a request or cannot be reached.
REFUSED_REQUEST: Final = "Failed to load resource: "
# Playwright starts a browser without a window, with a profile of its own, and chooses the port.
LEFT_TO_PLAYWRIGHT: Final = ("--headless", "--remote-debugging-port=0")
OPTIONS: Final = [option for option in installed.OPTIONS if option not in LEFT_TO_PLAYWRIGHT]


@contextlib.contextmanager
def running_browser() -> Iterator[Browser]:
    """Run the Chromium that is installed; skip the test where none is."""
    program = installed.browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


class Complaints(list[str]):
    """What a page complained of: uncaught errors, and errors and warnings of its console.

    Chromium reports violations of the Content-Security-Policy and of Trusted Types as errors of the console.
    Refused requests to the API are no complaints, since tests cause them; files of the console that cannot
    be loaded are.
    """

    def watch(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("pageerror", lambda error: self.append(f"{page.url}: {error}"))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        url = str(message.location.get("url", ""))
        if message.type not in {"error", "warning"}:
            return
        if message.text.startswith(REFUSED_REQUEST) and "/console/" not in url:
            return
        self.append(f"{url}: {message.type}: {message.text}")


@contextlib.contextmanager
def context_of(browser: Browser, complaints: Complaints, **options: Any) -> Iterator[Page]:
    """Open a page in a context of its own, as a second person's browser is.

    Parameters
    ----------
    options
        Of ``Browser.new_context``. Nothing moves, unless they say otherwise.
    """
    context = browser.new_context(**{"reduced_motion": "reduce"} | options)
    context.on("page", complaints.watch)
    try:
        yield context.new_page()
    finally:
        context.close()


def axe(page: Page) -> None:
    """Fail if axe finds that a page violates WCAG 2.2 A or AA, with light and with dark colours."""
    if page.evaluate("!globalThis.axe"):
        page.evaluate(f"{AXE.read_text()}; undefined")
    for scheme, rules in RULES.items():
        page.emulate_media(color_scheme=scheme)
        page.evaluate(FRAMES)
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        violations = page.evaluate(
            "options => axe.run(document, options).then(found => found.violations)", options
        )
        if violations:
            found = "\n".join(described(violation) for violation in violations)
            pytest.fail(f"axe's findings with {scheme} colours:\n{found}")


def described(violation: dict[str, Any]) -> str:
    """Return a violation with the elements that it is of."""
    elements = [f"{node['html']}: {node['failureSummary']}" for node in violation["nodes"]]
    return "\n  ".join([f"{violation['id']}: {violation['help']}", *elements])


def log_in(page: Page, console: str, owner: Owner, password: str = PASSWORD) -> None:
    """Log in as a person does, and wait for the page that follows.

    Parameters
    ----------
    console
        URL of the console, which ends with ``/console/index.html``.
    """
    page.goto(console)
    page.get_by_label("Email").fill(owner.email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()
