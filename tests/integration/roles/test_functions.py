"""Each function does all of its work as the user that it should be."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import product

import boto3
import pytest

from tenantry.registry import clusters
from tenantry.storage import pools
from tests.integration.roles.users import ServiceOfUsers, Users, of_operator
from tests.support.databases import Databases
from tests.support.introspection import about
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.rotation import SigningKeySecret
from tests.support.service import LambdaContext


def test_story(service: ServiceOfUsers, users: Users, owner: Owner, databases: Databases) -> None:
    token = owner.token
    assert service.get(owner.path, token=token).status == 200
    assert service.patch(owner.path, {"metadata": {"color": "green"}}, token=token).status == 200
    assert service.patch(owner.path, {"name": "Beta"}, token=token).json["collection"] == "org_beta"
    taken = service.post("/organizations", {"name": "Beta", "email": "x@example.com", "password": PASSWORD})
    assert taken.code == "organization-exists"
    assert service.post("/organizations", {"name": "Second"}, token=token).status == 201
    assert service.delete("/organizations/beta", token=token).status == 204
    again = log_in(service, owner.email)
    assert service.delete("/organizations/second", token=again).status == 204
    assert databases.collections() == {}
    without_organization = log_in(service, owner.email)
    assert service.post("/organizations", {"name": "Third"}, token=without_organization).status == 201
    third = log_in(service, owner.email)
    assert service.delete("/organizations/third", token=third).status == 204
    long_ago = {"$set": {"without_organization_since": datetime(2020, 1, 1, tzinfo=UTC)}}
    databases.master["accounts"].update_one({}, long_ago)
    users.invoke("reconcile", {})
    assert list(databases.master["accounts"].find()) == []


def test_documents_and_indexes(service: ServiceOfUsers, owner: Owner) -> None:
    documents, indexes = f"{owner.path}/documents", f"{owner.path}/indexes"
    ask = partial(service.request, token=owner.token)
    assert ask("POST", documents, json_body={"_id": "one", "kind": "note"}).status == 201
    assert ask("POST", documents, json_body=[{"_id": "two"}, {"_id": "one"}]).status == 207
    for _ in range(2):
        repeated = ask("POST", documents, json_body={"_id": "once"}, headers={"Idempotency-Key": "1"})
        assert repeated.status == 201
    assert ask("DELETE", f"{documents}/once").status == 204
    assert ask("GET", f'{documents}?filter={{"kind":"note"}}&sort=-kind').status == 200
    assert ask("GET", f"{owner.path}/count").json == {"count": 2}
    assert ask("GET", f"{documents}/one").status == 200
    assert ask("PUT", f"{documents}/three", json_body={"kind": "note"}).status == 201
    assert ask("PATCH", f"{documents}/three", json_body={"kind": None}).status == 200
    assert ask("DELETE", f"{documents}/three").status == 204
    assert ask("POST", indexes, json_body={"keys": [{"field": "kind"}], "name": "by-kind"}).status == 201
    assert len(ask("GET", indexes).json["indexes"]) == 2
    assert ask("DELETE", f"{indexes}/by-kind").status == 204


def test_life_in_a_pool(
    service: ServiceOfUsers, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    clusters.register("main")
    pools.create("main", "pool_0")
    monkeypatch.setenv("PLACEMENT", "pooled")
    owner = sign_up(service, "Alpha")
    assert service.post(f"{owner.path}/documents", {"_id": 1}, token=owner.token).status == 201
    index = {"keys": [{"field": "kind"}], "name": "by-kind"}
    assert service.post(f"{owner.path}/indexes", index, token=owner.token).status == 201
    assert service.patch(owner.path, {"name": "Beta"}, token=owner.token).status == 200
    assert service.delete(owner.path, token=owner.token).status == 204
    assert databases.tenants["pool_0"].find_one() is None
    assert databases.master["erasures"].find_one() is None


def test_life_on_another_cluster(signing_key: SigningKeySecret, users: Users, databases: Databases) -> None:
    users = replace(users, clusters=("second",))
    service = ServiceOfUsers(users)
    clusters.register("main", 0)
    clusters.register("second")
    owner = sign_up(service, "Alpha")
    is_creating = {"$set": {"state": "creating", "intent": {"created_at": datetime(2020, 1, 1, tzinfo=UTC)}}}
    meetings: list[Callable[[], object]] = [
        lambda: service.get(f"{owner.path}/count", token=owner.token),
        lambda: users.invoke("reconcile", {}),
    ]
    for meet, has_collection in product(meetings, (False, True)):
        if not has_collection:
            databases.tenants["org_alpha"].drop()
        databases.master["organizations"].update_one({}, is_creating)
        meet()
        assert databases.organization(owner.id)["state"] == "active"
    assert service.patch(owner.path, {"name": "Beta"}, token=owner.token).status == 200
    assert service.delete(owner.path, token=owner.token).status == 204
    assert databases.collections() == {}


def test_moves(
    service: ServiceOfUsers,
    users: Users,
    owner: Owner,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clusters.register("main")
    pools.create("main", "pool_0")
    assert service.post(f"{owner.path}/documents", {"_id": 1}, token=owner.token).status == 201
    index = {"keys": [{"field": "kind"}], "name": "by-kind"}
    assert service.post(f"{owner.path}/indexes", index, token=owner.token).status == 201
    for to in ("main/pooled", "main"):
        moved = users.invoke("move_organization", {"organization": "alpha", "to": to})
        assert (moved["state"], moved["documents"]) == ("done", 1)
        databases.master["organizations"].update_one({}, {"$unset": {"measure_at": ""}})
        users.invoke("measure_usage", {})
        assert databases.organization(owner.id)["usage"]["documents"] == 1
    with monkeypatch.context() as patch:
        patch.setattr(LambdaContext, "get_remaining_time_in_millis", lambda self: 0)
        begun = users.invoke("move_organization", {"organization": "alpha", "to": "main/pooled"})
    assert begun == {"state": "unfinished"}
    assert service.delete(owner.path, token=owner.token).status == 204
    users.invoke("move_organization", {})
    assert databases.master["moves"].find_one() is None
    assert databases.tenants["pool_0"].index_information().keys() == {"_id_", "tenant"}


def test_roll_outs(
    service: ServiceOfUsers,
    users: Users,
    owner: Owner,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(LambdaContext, "get_remaining_time_in_millis", lambda self: 900_000)
    pools.create("main", "pool_0")
    both = [{"name": f"by-{field}", "keys": [{"field": field}]} for field in ("at", "kind")]
    validated = {"organizations": {"kind": "collection"}, "validator": {"rule": {"at": {"$exists": True}}}}
    first = {"organizations": 1, "then": "check"}
    wanted = {"name": "first", "indexes": both[:1], "canary": first} | validated
    for body in (wanted, {"name": "second", "indexes": both[1:]}):
        assert of_operator(service, "POST", "/operator/rollouts", body) == 202
    users.invoke("roll_out", {})
    assert {"by-at", "by-kind"} <= databases.tenants["org_alpha"].index_information().keys()
    sign_up(service, "Beta")
    assert {"by-at", "by-kind"} <= databases.tenants["org_beta"].index_information().keys()
    for name in ("first", "second"):
        for action in ("pause", "resume", "undo"):
            assert of_operator(service, "POST", f"/operator/rollouts/{name}/{action}") == 202
    users.invoke("roll_out", {})
    for path in ("rollouts/first", "status", "doctor"):
        assert of_operator(service, "GET", f"/operator/{path}") == 200
    assert databases.tenants["org_beta"].index_information().keys() == {"_id_"}


def test_deletions(
    service: ServiceOfUsers,
    users: Users,
    owner: Owner,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DELETION_GRACE_DAYS", "7")
    monkeypatch.setattr(LambdaContext, "get_remaining_time_in_millis", lambda self: 900_000)
    body = {"name": "by-at", "indexes": [{"name": "by-at", "keys": [{"field": "at"}]}]}
    path = f"/operator/deletions/{owner.id}"
    assert service.delete(owner.path, token=owner.token).status == 204
    assert of_operator(service, "POST", "/operator/rollouts", body) == 202
    users.invoke("roll_out", {})
    users.invoke("roll_out", {})
    assert of_operator(service, "POST", f"{path}/undo", {}) == 200
    users.invoke("roll_out", {})
    assert "by-at" in databases.tenants["org_alpha"].index_information()
    assert service.delete(owner.path, token=log_in(service, owner.email)).status == 204
    assert of_operator(service, "GET", "/operator/deletions") == 200
    assert of_operator(service, "DELETE", path) == 204
    assert databases.collections() == {}


def test_creation_with_an_idempotency_key_is_repeated(service: ServiceOfUsers) -> None:
    body = {"name": "Alpha", "email": "ada@example.com", "password": PASSWORD}
    create = partial(service.post, "/organizations", headers={"Idempotency-Key": "one"})
    assert create(body).json == create(body).json
    refused = create(body | {"password": PASSWORD + "x"})
    assert (refused.status, refused.code) == (422, "idempotency-key-reused")
    failed = [create(body | {"email": f"{number}@example.com"}).code for number in range(2)]
    assert failed == ["organization-exists"] * 2


def test_operator(service: ServiceOfUsers, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMER_SLUG_DAYS", "30")
    wanted = {"name": "Beta", "email": "beta@example.com", "password": PASSWORD}
    assert of_operator(service, "POST", "/operator/organizations", wanted) == 201
    assert service.patch(owner.path, {"slug": "alphabet"}, token=owner.token).status == 200
    assert of_operator(service, "DELETE", "/operator/former-slugs/alpha") == 204
    assert of_operator(service, "GET", "/operator/organizations/alphabet/keys") == 200
    key = {"name": "Leaked", "scopes": ["indexes"]}
    leaked = service.post("/organizations/alphabet/keys", key, token=owner.token).json["id"]
    assert of_operator(service, "DELETE", f"/operator/keys/{leaked}") == 204
    assert service.patch("/organizations/alphabet", {"slug": "alpha"}, token=owner.token).status == 200
    for method, status in (("PUT", 403), ("DELETE", 200)):
        assert of_operator(service, method, "/operator/organizations/alpha/suspension") == 204
        for path in (
            "organizations?suspended=true",
            "organizations/alpha",
            "addresses/owners?organization=alpha",
            f"addresses/owned?address={owner.email}",
        ):
            assert of_operator(service, "GET", f"/operator/{path}") == 200
        assert service.post("/login", {"email": owner.email, "password": PASSWORD}).status == status
    assert service.get(owner.path, token=owner.token).status == 401


def test_audit(
    service: ServiceOfUsers, users: Users, owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions = ["login.succeeded", "organization.created"]
    shown = service.get(f"{owner.path}/audit", token=owner.token).json["records"]
    assert [record["action"] for record in shown] == actions
    assert of_operator(service, "GET", "/operator/audit?organization=alpha") == 200
    bus = boto3.client("events").create_event_bus(Name=databases.master.name)
    monkeypatch.setenv("EVENT_BUS", bus["EventBusArn"])
    users.invoke("publish_events", {})
    assert list(databases.master["outbox"].find()) == []


def test_usage(service: ServiceOfUsers, users: Users, owner: Owner, databases: Databases) -> None:
    limit = {"$set": {"limits": {"requests_per_minute": 2}}}
    databases.master["organizations"].update_one({"_id": owner.id}, limit)
    users.invoke("measure_usage", {})
    used = service.get(f"{owner.path}/usage", token=owner.token).json
    assert used["limits"]["documents"]["use"] == 0
    assert of_operator(service, "GET", "/operator/usage") == 200
    assert [service.get(owner.path, token=owner.token).status for _ in range(2)] == [200, 429]
    (stored,) = databases.master["usage"].find()
    assert (stored["requests"], stored["bytes"]) == (2, 0)


def test_what_services_are_told(service: ServiceOfUsers, users: Users, owner: Owner) -> None:
    assert about(service, owner.token)["active"] is True
    assert about(service, f"tk_{'0' * 40}") == {"active": False}
    arn = "arn:aws:execute-api:us-east-1:123456789012:b2c3d4e5f6/v1/GET/notes"
    event = {"type": "TOKEN", "authorizationToken": f"Bearer {owner.token}", "methodArn": arn}
    assert users.invoke("authorize", event)["context"]["organization_id"] == owner.id


def test_keys_and_health(service: ServiceOfUsers, users: Users, signing_key: SigningKeySecret) -> None:
    for _ in range(2):
        with users.acting("rotation"):
            signing_key.rotate()
    assert len(service.get("/.well-known/jwks.json").json["keys"]) == 3
    assert service.get("/health").status == 200
