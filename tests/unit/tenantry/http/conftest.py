"""What the small resolver knows without a database."""

import pytest

from tenantry import accounts, signing_keys
from tests.unit.tenantry.http.resolver import MEMBERSHIP
from tests.unit.tenantry.jose import find_key


@pytest.fixture
def known_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """One key and one membership are known, without a database."""
    monkeypatch.setattr(signing_keys, "find_key", find_key)
    monkeypatch.setattr(
        accounts,
        "memberships",
        lambda account_id, organization_id: [MEMBERSHIP] * (organization_id == "org_1"),
    )
