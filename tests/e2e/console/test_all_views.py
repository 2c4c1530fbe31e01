"""What holds in every view: nothing for axe to find, and nothing that is wider than the page."""

from typing import Final

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.e2e.console.chromium import axe, log_in, slow
from tests.e2e.console.views import ROUTES_BELOW, VIEWS, fill_organization, show
from tests.support.owners import Owner

NARROW: Final[ViewportSize] = {"width": 360, "height": 740}
WIDE: Final[ViewportSize] = {"width": 1280, "height": 900}


@slow
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_every_view_is_accessible_and_fits(
    page: Page, console: str, owner: Owner, size: ViewportSize
) -> None:
    page.goto(console)
    page.set_viewport_size(size)
    views = page.evaluate(VIEWS)
    check(page, size, [view["path"] for view in views if view["open"]])
    fill_organization(owner)
    page.set_viewport_size(WIDE)
    log_in(page, console, owner)
    page.set_viewport_size(size)
    check(page, size, [view["path"] for view in views if not view["open"]] + list(ROUTES_BELOW))


def check(page: Page, size: ViewportSize, routes: list[str]) -> None:
    """Look at each route; what is wrong is told of all of them."""
    assert len(routes) > 3
    wrong = []
    for route in routes:
        show(page, route)
        try:
            axe(page)
        except pytest.fail.Exception as findings:
            wrong.append(f"{route}: {findings}")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            wrong.append(f"{route} is {width} pixels wide")
    assert not wrong, "\n".join(wrong)
