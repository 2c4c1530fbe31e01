"""An owner of two organizations."""

from typing import Any

import pytest

from tests.integration.identity.logins.switches import create
from tests.support.owners import Owner


@pytest.fixture
def beta(owner: Owner) -> dict[str, Any]:
    """A second organization of the owner of Alpha."""
    return create(owner, "Beta")
