"""What an organization sends beyond its rate is refused before any work begins, and costs others nothing."""

from collections.abc import Callable
from typing import Final

import pytest

from tenantry.lifecycle import suspending
from tenantry.registry.usage import counting
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.recorder import recording
from tests.support.service import Answer, Service

LIMIT: Final = 4


def limit(databases: Databases, owner: Owner, requests: int = LIMIT) -> None:
    databases.master["organizations"].update_one(
        {"_id": owner.id}, {"$set": {"limits": {"requests_per_minute": requests}}}
    )


def use_up(owner: Owner) -> None:
    assert [owner.service.get(owner.path, token=owner.token).status for _ in range(LIMIT)] == [200] * LIMIT


def assert_refused(answer: Answer) -> None:
    assert (answer.status, answer.code) == (429, "too-many-requests")
    assert 0 < int(answer.headers["retry-after"]) <= 15
    assert (answer.json["name"], answer.json["limit"]) == ("requests_per_minute", LIMIT)


def test_requests_beyond_the_rate_are_refused_whatever_they_ask_for(
    service: Service, databases: Databases, owner: Owner
) -> None:
    other = sign_up(service, "Beta")
    limit(databases, owner)
    use_up(owner)
    before = databases.fingerprint()
    requests: list[Callable[[], Answer]] = [
        lambda: service.get(owner.path, token=owner.token),
        lambda: service.get(other.path, token=owner.token),
        lambda: service.get("/account", token=owner.token),
        lambda: service.post(f"{owner.path}/documents", {"_id": 1}, token=owner.token),
        lambda: service.delete(owner.path, token=owner.token),
        lambda: service.post("/organizations", {"name": "Second"}, token=owner.token),
    ]
    for request in requests:
        assert_refused(request())
    assert databases.fingerprint() == before
    assert service.get(other.path, token=other.token).status == 200
    assert log_in(service, owner.email)  # which no token is needed for


def test_refused_requests_are_not_counted(
    service: Service, databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "WRITE_EVERY_SECONDS", 0)  # so that each is written at once
    limit(databases, owner)
    use_up(owner)
    for _ in range(3):
        assert_refused(service.get(owner.path, token=owner.token))
    use = databases.master["usage"].find_one({"organization_id": owner.id})
    assert use is not None
    assert use["requests"] == LIMIT


def test_without_a_valid_token_the_rate_is_nobodys_business(
    service: Service, databases: Databases, owner: Owner
) -> None:
    limit(databases, owner)
    use_up(owner)
    assert service.get(owner.path, token="forged").status == 401
    suspending.suspend(owner.id)
    assert service.get(owner.path, token=owner.token).status == 401
    suspending.reactivate(owner.id)
    token = log_in(service, owner.email, owner.id)
    assert_refused(service.get(owner.path, token=token))
    databases.master["organizations"].update_one({"_id": owner.id}, {"$unset": {"limits": ""}})
    assert service.delete(owner.path, token=token).status == 204
    assert service.get(owner.path, token=token).status == 401
    again = sign_up(service, "Beta")
    limit(databases, again)
    use_up(again)


def test_a_rate_costs_one_command_and_no_rate_none(
    service: Service, databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with recording(monkeypatch) as recorder:
        service.get(owner.path, token=owner.token)
        sent = []
        for requests in (None, LIMIT, 0):
            if requests is not None:
                limit(databases, owner, requests)
            recorder.commands.clear()
            service.get(owner.path, token=owner.token)
            sent.append([next(iter(command.items())) for _, command in recorder.commands])
    check = ("aggregate", "account_epochs")
    assert sent == [[check], [check, ("update", "rates")], [check]]


def test_plan_limits_as_well(service: Service, databases: Databases, owner: Owner) -> None:
    databases.master["plans"].insert_one({"_id": "default", "limits": {"requests_per_minute": LIMIT}})
    use_up(owner)
    assert_refused(service.get(owner.path, token=owner.token))
    change = {"current_password": PASSWORD, "new_password": "another horse battery staple"}
    assert_refused(service.put("/account/password", change, token=owner.token))
