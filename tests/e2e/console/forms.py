"""What tests of the console do again and again."""

import json
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect


def fill(page: Page, values: Mapping[str, str], inside: Locator | None = None) -> None:
    """Write into fields, by their labels."""
    for label, value in values.items():
        (inside or page).get_by_label(label, exact=True).fill(value)


def heading(page: Page, text: str) -> None:
    """Wait until the page has this heading."""
    expect(page.get_by_role("heading", level=1, name=text, exact=True)).to_be_visible()


def follow(page: Page, console: str, name: str, token: str) -> None:
    """Open the page that the link of a mail leads to; its token is nowhere in the browser a moment later."""
    page.goto("about:blank")
    page.goto(f"{console}?page={name}#token={token}")
    page.get_by_role("heading", level=1).wait_for()
    assert token not in page.url
    kept = page.evaluate("JSON.stringify([history.state, {...localStorage}, {...sessionStorage}])")
    assert token not in json.dumps(kept)
