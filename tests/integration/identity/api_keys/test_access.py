"""What a key opens, and from when on it opens nothing."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest

from tenantry.identity.api_keys import access, managing, texts, uses
from tenantry.identity.api_keys.document import api_keys
from tenantry.identity.api_keys.managing import NewKey, Shown
from tenantry.identity.members import Membership
from tenantry.identity.roles import Scope
from tenantry.lifecycle import suspending
from tenantry.runtime import moments
from tests.support import library
from tests.support.databases import Databases
from tests.support.owners import Owner, log_in
from tests.support.recorder import recording
from tests.support.service import Service
from tests.support.waiting import wait_until


def maker_of(databases: Databases, owner: Owner) -> Membership:
    account = databases.master["members"].find_one({"organization_id": owner.id, "role": "owner"})
    assert account is not None
    return library.membership(account["account_id"], owner.id)


def make(databases: Databases, owner: Owner, *scopes: Scope, lasts: timedelta | None = None) -> Shown:
    expires_at = moments.now() + lasts if lasts is not None else None
    return managing.create(maker_of(databases, owner), NewKey("nightly", list(scopes), expires_at))


def test_a_key_reads_and_writes_documents_whatever_the_organization_is_named(
    service: Service, databases: Databases, owner: Owner
) -> None:
    key = make(databases, owner, "documents:write").text
    assert service.post(f"{owner.path}/documents", {"_id": "stored"}, token=key).status == 201
    assert service.patch(owner.path, {"name": "Renamed"}, token=owner.token).status == 200
    assert service.get(f"{owner.path}/documents/stored", token=key).json == {"_id": "stored"}
    assert service.get(f"{owner.path}/indexes", token=key).code == "insufficient-scope"
    assert service.get("/account", token=key).code == "insufficient-scope"


def test_authentication_takes_one_round_trip_and_one_more_a_minute(
    databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = make(databases, owner, "documents:read")
    secret_id = shown.key["secrets"][0]["id"]
    with recording(monkeypatch) as recorder:
        access.authenticate(shown.text)
        assert [next(iter(command)) for _, command in recorder.commands] == ["aggregate", "update"]
        recorder.commands.clear()
        assert access.authenticate(shown.text).key_id == shown.key["_id"]
        assert [next(iter(command)) for _, command in recorder.commands] == ["aggregate"]
    wait_until(lambda: secret_id in uses.find([secret_id]), seconds=5)  # it is written without the majority
    assert moments.now() - uses.find([secret_id])[secret_id] < timedelta(minutes=1)


def end_organization(databases: Databases, owner: Owner, shown: Shown) -> None:
    assert owner.service.delete(owner.path, token=owner.token).status == 204


def expire(databases: Databases, owner: Owner, shown: Shown) -> None:
    api_keys().update_one({"_id": shown.key["_id"]}, {"$set": {"expires_at": moments.now()}})


def revoke(databases: Databases, owner: Owner, shown: Shown) -> None:
    managing.revoke(owner.id, shown.key["_id"])


@pytest.mark.parametrize("end", [end_organization, expire, revoke])
def test_it_is_dead_at_the_next_request(
    service: Service,
    databases: Databases,
    owner: Owner,
    end: Callable[[Databases, Owner, Shown], None],
) -> None:
    shown = make(databases, owner, "documents:read")
    assert service.get(f"{owner.path}/documents", token=shown.text).status == 200
    end(databases, owner, shown)
    answer = service.get(f"{owner.path}/documents", token=shown.text)
    assert (answer.status, answer.code) == (401, "invalid-token")
    assert "API key" in answer.json["detail"]
    if end is end_organization:
        assert databases.master["api_keys"].count_documents({}) == 0


def test_it_sleeps_while_its_organization_is_suspended(
    service: Service, databases: Databases, owner: Owner
) -> None:
    key = make(databases, owner, "documents:read", "audit:read").text
    suspending.suspend(owner.id)
    for path in ("documents", "audit"):
        answer = service.get(f"{owner.path}/{path}", token=key)
        assert (answer.status, answer.code) == (403, "organization-suspended")
    suspending.reactivate(owner.id)
    assert service.get(f"{owner.path}/documents", token=key).status == 200


def test_each_of_two_secrets_opens_until_it_is_ended(
    service: Service, databases: Databases, owner: Owner
) -> None:
    first = make(databases, owner, "documents:read")
    second = managing.add_secret(maker_of(databases, owner), first.key["_id"])
    paths = f"{owner.path}/documents"
    assert [service.get(paths, token=each.text).status for each in (first, second)] == [200, 200]
    managing.end_secret(owner.id, first.key["_id"], first.key["secrets"][0]["id"])
    assert [service.get(paths, token=each.text).status for each in (first, second)] == [401, 200]


def test_guesses_cost_their_source_and_nobody_else(
    service: Service, databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make(databases, owner, "documents:read").text
    forged = texts.KeyText(f"key_{'0' * 32}", "A" * 43).text
    path = f"{owner.path}/documents"
    answers = [service.get(path, token=forged) for _ in range(access.FAILURES_PER_MINUTE + 1)]
    assert [answer.status for answer in answers] == [401] * access.FAILURES_PER_MINUTE + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3
    assert service.get(path, token=key).status == 200  # of the same source
    assert log_in(service, owner.email, owner.id)
    with recording(monkeypatch) as recorder:
        assert service.get(path, token=forged[:-1] + "!").status == 401
        assert service.get(path, token=forged[:-1] + "A").status == 401
        assert [command for _, command in recorder.commands if "api_keys" in command.values()] == []


def test_no_key_is_logged_recorded_or_stored(
    service: Service, databases: Databases, owner: Owner, log: io.StringIO
) -> None:
    shown = make(databases, owner, "documents:read")
    second = managing.add_secret(maker_of(databases, owner), shown.key["_id"])
    for each in (shown, second):
        assert service.get(f"{owner.path}/documents", token=each.text).status == 200
        assert service.get("/account", token=each.text).status == 403
    managing.revoke(owner.id, shown.key["_id"])
    assert service.get(f"{owner.path}/documents", token=shown.text).status == 401
    assert shown.key["_id"] in log.getvalue()
    everything = log.getvalue() + repr(databases.dump())
    for each in (shown, second):
        assert each.text not in everything
        assert each.text[35:78] not in everything
