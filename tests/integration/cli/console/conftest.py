"""A console of the test's databases."""

from collections.abc import Iterator

import pytest

from tests.support.console import Page, console
from tests.support.databases import Databases


@pytest.fixture
def page(databases: Databases) -> Iterator[Page]:
    """A page that has been admitted."""
    with console(databases) as page:
        assert page.start().status_code == 200
        yield page
