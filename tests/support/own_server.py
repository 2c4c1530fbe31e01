"""Whether the tests run on a server of their own, or on that of `make test MONGODB_URI=...`."""

import os
from typing import Final

import pytest

EXTERNAL_URI: Final = os.environ.get("MONGODB_URI_OF_TESTS")


def require_own_server() -> None:
    """Skip the test if the server is not the tests' own."""
    if EXTERNAL_URI:
        pytest.skip("starts, configures, disturbs or kills its server, which that of MONGODB_URI is spared")
