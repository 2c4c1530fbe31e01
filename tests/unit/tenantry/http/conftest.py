"""What the small resolver knows without a database."""

import pytest

from tenantry import sessions, signing_keys
from tests.unit.tenantry.http.resolver import MEMBERSHIP
from tests.unit.tenantry.jose import find_key


@pytest.fixture
def known_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """One key and one membership are known, without a database."""
    monkeypatch.setattr(signing_keys, "find_key", find_key)
    monkeypatch.setattr(
        sessions,
        "membership",
        lambda session_id, account_id: MEMBERSHIP if session_id == "ses_1" else None,
    )
