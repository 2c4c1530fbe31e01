"""A key that has a rate of its own uses up that and no more of its organization's."""

from typing import Any

import pytest

from tests.support.databases import Databases
from tests.support.owners import Owner
from tests.support.recorder import recording
from tests.support.service import Answer

LIMIT = 3
RATE = {"requests_per_minute": LIMIT}


def make(owner: Owner, **fields: Any) -> dict[str, Any]:
    wanted = {"name": "Import", "scopes": ["documents:read"]} | fields
    answer = owner.service.post(f"{owner.path}/keys", wanted, token=owner.token)
    assert answer.status == 201, answer.text
    return dict(answer.json)


def read(owner: Owner, token: str) -> Answer:
    return owner.service.get(f"{owner.path}/documents", token=token)


def limit(databases: Databases, owner: Owner, requests: int) -> None:
    limits = {"limits": {"requests_per_minute": requests}}
    databases.master["organizations"].update_one({"_id": owner.id}, {"$set": limits})


def test_a_runaway_key_costs_nobody_but_itself(databases: Databases, owner: Owner) -> None:
    runaway, other = make(owner, **RATE), make(owner, name="Other")
    second = owner.service.post(f"{owner.path}/keys/{runaway['id']}/secrets", token=owner.token).json
    assert (runaway["requests_per_minute"], other["requests_per_minute"]) == (LIMIT, None)
    assert second["requests_per_minute"] == LIMIT
    limit(databases, owner, 2 * LIMIT)
    assert [read(owner, runaway["key"]).status for _ in range(LIMIT)] == [200] * LIMIT
    for key in (runaway["key"], second["key"]) * LIMIT:  # both secrets are one key
        refused = read(owner, key)
        assert (refused.status, refused.code) == (429, "too-many-requests")
        assert 0 < int(refused.headers["retry-after"]) <= 20
        assert (refused.json["name"], refused.json["limit"]) == ("requests_per_minute", LIMIT)
        assert refused.json["detail"].startswith("The API key may send 3 requests a minute")
    assert [read(owner, other["key"]).status for _ in range(LIMIT)] == [200] * LIMIT
    refused = read(owner, owner.token)  # since the organization has its own, of which each request is taken
    assert (refused.status, refused.json["limit"]) == (429, 2 * LIMIT)
    assert refused.json["detail"].startswith("The organization may send")


def test_what_a_rate_costs(databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [make(owner)["key"], make(owner, requests_per_minute=100)["key"]]
    with recording(monkeypatch) as recorder:
        sent = []
        for requests in (None, 101, 100):
            if requests is not None:
                limit(databases, owner, requests)
            for key in keys:
                assert read(owner, key).status == 200
                recorder.commands.clear()
                assert read(owner, key).status == 200
                buckets = [command for _, command in recorder.commands if command.get("update") == "rates"]
                sent.append(
                    [[update["q"]["_id"][:3] for update in command["updates"]] for command in buckets]
                )
    key, organization = "key", "org"
    assert sent == [[], [[key]], [[organization]], [[key, organization]], [[organization]], [[organization]]]


@pytest.mark.parametrize("rate", [LIMIT, 2**53])
def test_what_the_organization_refuses_writes_nothing_for_a_key_whose_rate_is_no_lower(
    databases: Databases, owner: Owner, rate: int
) -> None:
    """Or a tenant makes each refusal a write to a bucket that is never empty."""
    key = make(owner, requests_per_minute=rate)["key"]
    limit(databases, owner, LIMIT)
    assert [read(owner, key).status for _ in range(LIMIT)] == [200] * LIMIT
    before = databases.fingerprint()
    for _ in range(3):
        refused = read(owner, key)
        assert (refused.status, refused.json["limit"]) == (429, LIMIT)
        assert refused.json["detail"].startswith("The organization may send")
    assert databases.fingerprint() == before


def test_an_organization_that_is_opened_meanwhile_is_asked_for_both(
    databases: Databases, owner: Owner
) -> None:
    """The process presumes that it is closed, asks no bucket, and starts over with the look."""
    made = make(owner, requests_per_minute=LIMIT)
    limit(databases, owner, 0)
    assert read(owner, made["key"]).status == 429
    limit(databases, owner, 2 * LIMIT)
    assert read(owner, made["key"]).status == 200
    held = {bucket["_id"]: bucket["requests"] for bucket in databases.master["rates"].find()}
    assert held == {made["id"]: LIMIT - 1, owner.id: 2 * LIMIT - 1}


def test_the_rate_of_a_key_ends_with_it(owner: Owner) -> None:
    made = make(owner, requests_per_minute=1)
    assert [read(owner, made["key"]).status for _ in range(2)] == [200, 429]
    assert owner.service.delete(f"{owner.path}/keys/{made['id']}", token=owner.token).status == 204
    assert read(owner, made["key"]).status == 401
