"""What anybody may cause is recorded briefly, seldom and not for long."""

from typing import Any

import bson
import pytest

from tenantry.identity import throttling
from tenantry.runtime import moments
from tenantry.runtime.settings import settings
from tests.integration.audit.records import actions, recorded
from tests.integration.audit.requests import WRONG, ask, log_in
from tests.support.databases import Databases, Document
from tests.support.owners import Owner


def test_attempts_during_a_pause_are_not_recorded(owner: Owner, databases: Databases) -> None:
    statuses = [log_in(WRONG)(owner).status for _ in range(throttling.FREE_FAILURES + 5)]
    assert statuses.count(429) == 5
    assert actions(databases).count("login.failed") == throttling.FREE_FAILURES


def test_failures_of_strangers_concern_nobody_and_are_forgotten(owner: Owner, databases: Databases) -> None:
    stranger = {"email": "nobody@example.com", "password": WRONG}
    assert owner.service.post("/login", stranger).status == 401
    assert log_in(WRONG)(owner).status == 401
    of_stranger, of_owner = recorded(databases)[-2:]
    assert of_stranger["organization_ids"] == of_owner["organization_ids"] == []
    assert ("account_id" in of_stranger, "account_id" in of_owner) == (False, True)
    assert kept_days(of_stranger) == 30
    assert kept_days(of_owner) == 365
    assert "nobody@example.com" not in str(recorded(databases))


def kept_days(record: Document) -> int | None:
    return (record["expires_at"] - record["at"]).days if "expires_at" in record else None


@pytest.mark.parametrize(("days", "kept"), [("7", (7, 7)), ("90", (90, 30)), ("0", (None, 30))])
def test_records_are_kept_as_long_as_is_configured(
    owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch, days: str, kept: Any
) -> None:
    monkeypatch.setenv("AUDIT_RETENTION_DAYS", days)
    settings.cache_clear()
    assert ask("PATCH", "", {"metadata": {"color": "green"}})(owner).status == 200
    assert owner.service.post("/login", {"email": "nobody@example.com", "password": WRONG}).status == 401
    settings.cache_clear()
    for collection in ("audit", "outbox"):
        *_, changed, failed = databases.master[collection].find(sort=[("at", 1)])
        assert (kept_days(changed), kept_days(failed)) == kept
        assert databases.master[collection].index_information()["expires_at"]["expireAfterSeconds"] == 0


def test_failures_in_a_row_are_recorded_less_and_less(owner: Owner, databases: Databases) -> None:
    """By whomever they are made, with or without an account."""
    counters = databases.master["login_attempts"]
    for email in (owner.email, "nobody@example.com"):
        before = len(recorded(databases))
        for _ in range(70):
            assert owner.service.post("/login", {"email": email, "password": WRONG}).status == 401
            counters.update_many({}, {"$set": {"blocked_until": moments.now()}})
            counters.update_many({"failures": None}, {"$set": {"expires_at": moments.now()}})
        failures = [record["details"]["failures"] for record in recorded(databases)[before:]]
        assert failures == [*range(1, 11), 16, 32, 64]


def test_no_record_is_long(owner: Owner, databases: Databases) -> None:
    """Of whatever a client may send."""
    long_keys = [f"{number:02}" + "\N{GRINNING FACE}" * 62 for number in range(50)]
    change = {"name": "\N{GRINNING FACE}" * 100, "metadata": dict.fromkeys(long_keys, "x" * 500)}
    slug = {"slug": "a" * 63}
    assert ask("PATCH", "", change | slug)(owner).status == 200
    record = recorded(databases)[-1]
    assert record["details"]["metadata"] == long_keys[:2]
    assert record["details"]["more_metadata"] == 48
    service, token = owner.service, owner.token
    for number in range(12):
        answer = service.post("/organizations", {"name": f"Beta {number}"}, token=token)
        assert answer.status == 201
    assert log_in(WRONG)(owner).status == 401
    assert ask("POST", "/logout/everywhere")(owner).status == 204
    sizes = {record["action"]: len(bson.encode(record)) for record in recorded(databases)}
    assert sizes.pop("organization.renamed") < 1900
    assert max(sizes.values()) < 600
