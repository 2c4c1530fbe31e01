"""One browser for all tests of the console, and pages of the deployed one that complain of nothing."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.console.chromium import Complaints, context_of, log_in, running_browser
from tests.e2e.deployment import Deployment
from tests.support.owners import Owner

OpenPage = Callable[..., Page]
ANSWER_MS = 20_000  # a function that starts takes seconds where many tests run


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=ANSWER_MS)
    with running_browser() as running:
        yield running


@pytest.fixture(scope="session")
def console(deployment: Deployment) -> str:
    """URL of the deployed console."""
    return f"{deployment.stack.api_url}/console/index.html"


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the pages of a test complained of. A test that provokes a complaint takes it off the list."""
    heard = Complaints()
    yield heard
    assert heard == []


@pytest.fixture
def open_page(browser: Browser, complaints: Complaints) -> Iterator[OpenPage]:
    """Open pages, each in a context of its own, which takes the options of ``Browser.new_context``."""
    with contextlib.ExitStack() as exits:

        def opened(**options: Any) -> Page:
            return exits.enter_context(context_of(browser, complaints, **options))

        yield opened


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """An empty page."""
    return open_page()


@pytest.fixture
def logged_in(page: Page, console: str, owner: Owner) -> Page:
    """A page of the console, logged in as the owner of an organization."""
    log_in(page, console, owner)
    return page
