"""What the small resolver knows without a database."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tenantry.identity import sessions
from tenantry.identity.keys import public_keys
from tenantry.identity.sessions import Identity
from tenantry.registry import limits
from tenantry.registry.usage import counting
from tests.unit.http.resolver import MEMBERSHIP
from tests.unit.identity.jose import LOGGED_IN, find_key


@dataclass
class Known:
    """The one caller that is known."""

    identity: Identity


@pytest.fixture
def known_caller(monkeypatch: pytest.MonkeyPatch) -> Known:
    """One key and one session are known, without a database."""
    logged_in_at = datetime.fromtimestamp(LOGGED_IN, UTC)
    known = Known(Identity("ses_1", "acct_1", MEMBERSHIP.auth_epoch, logged_in_at, MEMBERSHIP))
    monkeypatch.setattr(public_keys, "find_key", find_key)
    monkeypatch.setattr(
        sessions,
        "identity",
        lambda session_id, account_id: known.identity if session_id == "ses_1" else None,
    )
    monkeypatch.setattr(limits, "of", lambda organization: {})
    monkeypatch.setattr(counting, "count", lambda status: None)
    return known
