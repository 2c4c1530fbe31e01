"""Making, listing, rotating and revoking keys through the API."""

from datetime import timedelta
from typing import Any, Final

import pytest
from pymongo.errors import AutoReconnect

from tenantry.http import callers
from tenantry.identity.api_keys import uses
from tenantry.identity.api_keys.document import MAX_KEYS, api_keys
from tenantry.lifecycle import deleting, undoing
from tenantry.lifecycle.undoing import Wanted
from tenantry.runtime import moments
from tests.support import library
from tests.support.colleagues import join_and_log_in
from tests.support.databases import Databases
from tests.support.owners import Owner
from tests.support.service import Service
from tests.support.waiting import wait_until

WANTED: Final = {"name": "Nightly import", "scopes": ["documents:read"]}


def make(owner: Owner, **fields: Any) -> dict[str, Any]:
    answer = owner.service.post(f"{owner.path}/keys", WANTED | fields, token=owner.token)
    assert answer.status == 201, answer.text
    return dict(answer.json)


def without_key(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != "key"}


def test_a_key_is_shown_once(service: Service, owner: Owner) -> None:
    until = moments.rfc3339(moments.now() + timedelta(days=1))
    made, other = make(owner, expires_at=until), make(owner, name="Other")
    assert (made["state"], made["expires_at"], made["scopes"]) == ("active", until, ["documents:read"])
    assert other["expires_at"] is None
    listed = service.get(f"{owner.path}/keys", token=owner.token)
    assert listed.json == {"keys": [without_key(other), without_key(made)]}
    assert "tk_" not in listed.text
    read = service.get(f"{owner.path}/keys/{made['id']}", token=owner.token)
    assert read.json == without_key(made)
    assert made["key"].startswith(f"tk_{made['id'].removeprefix('key_')}")


def test_nothing_that_comes_after_the_commit_keeps_a_key_from_being_shown(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise AutoReconnect

    monkeypatch.setattr(uses, "find", fail)
    assert make(owner)["key"]


def test_its_use_is_shown(service: Service, owner: Owner) -> None:
    made = make(owner)
    assert made["secrets"][0]["last_used_at"] is None
    assert service.get(f"{owner.path}/documents", token=made["key"]).status == 200
    path = f"{owner.path}/keys/{made['id']}"

    def last_used_at() -> str | None:
        at: str | None = service.get(path, token=owner.token).json["secrets"][0]["last_used_at"]
        return at

    wait_until(lambda: last_used_at() is not None, seconds=5)  # it is written without the majority
    assert made["created_at"] <= str(last_used_at()) <= moments.rfc3339(moments.now())


def test_a_key_is_rotated_without_a_gap(service: Service, owner: Owner) -> None:
    first = make(owner)
    secrets = f"{owner.path}/keys/{first['id']}/secrets"
    only = first["secrets"][0]["id"]
    assert service.delete(f"{secrets}/{only}", token=owner.token).code == "last-secret"
    second = service.post(secrets, token=owner.token)
    assert second.status == 201
    assert [each["id"] for each in second.json["secrets"]][:1] == [only]
    full = service.post(secrets, token=owner.token)
    assert (full.status, full.code, full.json["limit"]) == (403, "limit-reached", 2)
    documents = f"{owner.path}/documents"
    keys = (first["key"], second.json["key"])
    assert [service.get(documents, token=key).status for key in keys] == [200, 200]
    assert service.delete(f"{secrets}/{only}", token=owner.token).status == 204
    assert service.delete(f"{secrets}/{only}", token=owner.token).code == "key-not-found"
    assert [service.get(documents, token=key).status for key in keys] == [401, 200]


def test_what_is_revoked_or_never_was_is_not_found(service: Service, owner: Owner) -> None:
    made = make(owner)
    path = f"{owner.path}/keys/{made['id']}"
    assert service.delete(path, token=owner.token).status == 204
    assert service.get(f"{owner.path}/documents", token=made["key"]).status == 401
    for answer in (
        service.get(path, token=owner.token),
        service.delete(path, token=owner.token),
        service.post(f"{path}/secrets", token=owner.token),
        service.delete(f"{path}/secrets/{made['secrets'][0]['id']}", token=owner.token),
        service.get(f"{owner.path}/keys/$ne", token=owner.token),
    ):
        assert (answer.status, answer.code) == (404, "key-not-found")


def test_making_one_takes_a_recent_login_and_revoking_none(
    service: Service, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(owner)
    monkeypatch.setattr(callers, "RECENT", timedelta(hours=-1))
    for answer in (
        service.post(f"{owner.path}/keys", WANTED, token=owner.token),
        service.post(f"{owner.path}/keys/{made['id']}/secrets", token=owner.token),
    ):
        assert (answer.status, answer.code) == (401, "login-too-old")
    assert service.delete(f"{owner.path}/keys/{made['id']}", token=owner.token).status == 204


def test_a_key_outlives_what_becomes_of_its_maker(
    service: Service, databases: Databases, owner: Owner
) -> None:
    admin = join_and_log_in(service, owner.id, "admin")
    made = service.post(f"{owner.path}/keys", WANTED, token=admin.token).json
    documents = f"{owner.path}/documents"
    assert service.delete(f"{owner.path}/members/{admin.member_id}", token=owner.token).status == 204
    assert service.get(documents, token=made["key"]).status == 200
    assert service.delete("/account", token=admin.token).status in (204, 401)
    (shown,) = service.get(f"{owner.path}/keys", token=owner.token).json["keys"]
    assert shown["created_by"] == admin.account_id
    records = service.get(f"{owner.path}/audit", token=owner.token).json["records"]
    (record,) = [record for record in records if record["action"] == "key.created"]
    assert record["actor"] == {"type": "account", "id": admin.account_id}
    assert record["details"]["key_id"] == made["id"]


def test_an_organization_has_so_many(service: Service, databases: Databases, owner: Owner) -> None:
    made = make(owner)
    stored = api_keys().find_one({"_id": made["id"]})
    assert stored is not None
    api_keys().insert_many([stored | {"_id": f"key_{number}"} for number in range(1, MAX_KEYS)])
    answer = service.post(f"{owner.path}/keys", WANTED, token=owner.token)
    assert (answer.status, answer.code, answer.json["use"]) == (403, "limit-reached", MAX_KEYS)
    assert len(service.get(f"{owner.path}/keys", token=owner.token).json["keys"]) == MAX_KEYS


def test_an_expired_key_is_shown_as_such_and_not_rotated(
    service: Service, databases: Databases, owner: Owner
) -> None:
    made = make(owner)
    api_keys().update_one({"_id": made["id"]}, {"$set": {"expires_at": moments.now()}})
    path = f"{owner.path}/keys/{made['id']}"
    assert service.get(path, token=owner.token).json["state"] == "expired"
    assert service.post(f"{path}/secrets", token=owner.token).code == "key-expired"


@pytest.mark.usefixtures("grace")
def test_no_key_comes_back_with_an_organization(service: Service, databases: Databases, owner: Owner) -> None:
    key = make(owner)["key"]
    member = databases.master["members"].find_one({"organization_id": owner.id})
    assert member is not None
    deleting.delete(library.membership(member["account_id"], owner.id))
    undoing.undo(owner.id, Wanted())
    assert service.get(f"{owner.path}/documents", token=key).status == 401
    assert api_keys().count_documents({}) == 0


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"scopes": []}, "scopes"), ({"scopes": ["members"]}, "scopes.0"), ({"scopes": "indexes"}, "scopes"),
        ({"scopes": ["indexes", "indexes"]}, "scopes"), ({"name": " "}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"expires_at": None}, "expires_at"), ({"expires_at": 4102444800}, "expires_at"),
        ({"expires_at": "2030-01-31"}, "expires_at"), ({"expires_at": "2020-01-31T00:00:00Z"}, "expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-23:59"}, "expires_at"), ({"owner": True}, "owner"),
        ({"expires_at": "2031-02-30T00:00:00Z"}, "expires_at"),
        *(({"requests_per_minute": rate}, "requests_per_minute") for rate in (None, 0, -1, 1.5, True, 2**60)),
    ],
)  # fmt: skip
def test_wrong_fields_are_named(service: Service, owner: Owner, fields: dict[str, Any], wrong: str) -> None:
    answer = service.post(f"{owner.path}/keys", WANTED | fields, token=owner.token)
    assert answer.status == 422, answer.text
    assert [error["field"] for error in answer.json["errors"]] == [wrong]
