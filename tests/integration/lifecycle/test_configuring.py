"""What the operator sets of an organization, and who gets to see it."""

import json
from functools import partial
from typing import Any

import pytest

from tenantry.lifecycle import configuring
from tests.integration.audit.records import of_operator, recorded
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, log_in, tokens
from tests.support.service import Answer

SECRET = "nobody-else-reads-this"

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


def configure(owner: Owner, patch: Any) -> Answer:
    return of_operator(owner.service, "PATCH", f"/operator/organizations/{owner.id}", patch)


def put(owner: Owner, plan: str, **limits: int) -> int:
    return of_operator(owner.service, "PUT", f"/operator/plans/{plan}", {"limits": limits}).status


def test_operator_sets_what_members_read_and_what_they_do_not(owner: Owner) -> None:
    assert put(owner, "pro", members=50) == 201
    set_by_operator = {
        "properties": {"region": "eu", "seats": 50, "beta": True},
        "private": {"customer": SECRET},
        "plan": "pro",
        "limits": {"members": 3},
    }
    answer = configure(owner, set_by_operator)
    assert (answer.status, answer.headers["etag"]) == (200, '"2"')
    assert {name: answer.json[name] for name in set_by_operator} == set_by_operator
    shown = owner.service.get(owner.path, token=owner.token)
    assert shown.headers["etag"] == '"2"'
    assert shown.json["properties"] == set_by_operator["properties"]
    assert not {"private", "plan", "limits"} & shown.json.keys()
    patch = {"properties": {"region": "us", "beta": None}, "private": {"customer": None}, "plan": "default"}
    changed = configure(owner, patch | {"limits": {"members": None, "indexes": 2}})
    assert changed.json["properties"] == {"region": "us", "seats": 50}
    assert (changed.json["private"], changed.json["plan"]) == ({}, "default")
    assert changed.json["limits"] == {"indexes": 2}
    again = configure(owner, patch)
    assert (again.status, again.headers["etag"]) == (200, '"3"')


@pytest.mark.parametrize("field", ["properties", "private", "plan", "limits", "usage"])
def test_tenant_sets_none_of_it(owner: Owner, databases: Databases, field: str) -> None:
    before = databases.organization(owner.id)
    value = "pro" if field == "plan" else {"members": 1000}
    for body in ({field: value}, {"name": "Beta", field: value}):
        assert owner.service.patch(owner.path, body, token=owner.token).code == "invalid-fields"
        second = {"name": "Second"} | body
        assert owner.service.post("/organizations", second, token=owner.token).code == "invalid-fields"
    assert databases.organization(owner.id) == before


@pytest.mark.parametrize(
    "patch",
    [
        {"properties": None},
        {"properties": {"$where": 1}},
        {"private": {"x" * 65: 1}},
        {"private": {"nested": {}}},
        {"private": dict.fromkeys(map(str, range(51)), 1)},
        {"plan": None},
        {"plan": "nowhere"},
        {"plan": "NO PLAN"},
        {"limits": {"hats": 1}},
        {"limits": {"members": -1}},
        {"limits": {"members": 1.5}},
        {"limits": {"members": 1001}},
        {"limits": {"indexes": 11}},
        {"limits": {"bytes": 2**53 + 1}},
        {"metadata": {"color": "green"}},
    ],
)
def test_what_cannot_be_set_changes_nothing(owner: Owner, databases: Databases, patch: Any) -> None:
    before = databases.fingerprint()
    answer = configure(owner, {"properties": {"region": "eu"}} | patch)
    assert (answer.status, answer.code) == (422, "invalid-fields")
    assert databases.fingerprint() == before


def test_properties_of_several_changes_are_no_more_than_of_one(owner: Owner) -> None:
    for field in ("properties", "private"):
        assert configure(owner, {field: dict.fromkeys(map(str, range(50)), 1)}).status == 200
        assert configure(owner, {field: {"one more": 1}}).status == 422
        assert configure(owner, {field: {"one more": 1, "0": None}}).status == 200


def test_precondition_and_missing_organization(owner: Owner) -> None:
    present = library.membership(library.accounts_of(owner.id)[0], owner.id).organization
    event = partial(configuring.configure, present["slug"], {"properties": {"a": 1}})
    assert event(lambda version: version == 1)["version"] == 2
    path = "/operator/organizations/nobody"
    assert of_operator(owner.service, "PATCH", path, {"properties": {}}).status == 404
    answer = owner.service.patch(f"/operator/organizations/{owner.id}", {"properties": {}}, token=owner.token)
    assert answer.code == "operator-required"


def test_what_is_private_is_nowhere_that_members_look(owner: Owner, databases: Databases) -> None:
    configure(owner, {"private": {SECRET: SECRET}, "properties": {"region": "eu"}})
    second = {"name": "Second"}
    answers = [
        owner.service.get(owner.path, token=owner.token),
        owner.service.patch(owner.path, {"metadata": {"color": "green"}}, token=owner.token),
        owner.service.patch(owner.path, {"name": "Beta"}, token=owner.token),
        owner.service.post("/login", {"email": owner.email, "password": PASSWORD}),
        owner.service.post("/organizations", second, token=owner.token),
        owner.service.get("/account", token=owner.token),
        owner.service.get("/account/sessions", token=owner.token),
        owner.service.get(f"{owner.path}/members", token=owner.token),
        owner.service.get(f"{owner.path}/audit", token=owner.token),
    ]
    assert {answer.status for answer in answers} == {200, 201}
    assert [answer.text for answer in answers if SECRET in answer.text] == []
    assert SECRET not in json.dumps(tokens(owner.service, owner.email, "beta"))
    assert databases.organization(owner.id)["private"] == {SECRET: SECRET}
    of_members = [record for record in recorded(databases) if owner.id in record["organization_ids"]]
    assert SECRET not in repr(of_members)


def test_changes_are_recorded_apart(owner: Owner, databases: Databases) -> None:
    put(owner, "pro", members=50)
    patch = {"properties": {"region": "eu"}, "plan": "pro", "limits": {"members": 3}}
    for _ in range(2):
        configure(owner, patch | {"private": {"customer": SECRET}})
    made, configured, private = recorded(databases)[-3:]
    assert (made["action"], made["details"]) == (
        "plan.changed",
        {"plan": "pro", "limits": {"members": 50}},
    )
    assert (configured["action"], configured["organization_ids"]) == ("organization.configured", [owner.id])
    assert configured["details"] == {
        "properties": ["region"],
        "plan": {"from": "default", "to": "pro"},
        "limits": {"from": {}, "to": {"members": 3}},
    }
    assert (private["action"], private["organization_ids"]) == ("organization.private_changed", [])
    assert private["details"] == {"organization_id": owner.id, "private": ["customer"]}


def test_rename_and_change_at_once_are_both_kept(owner: Owner, databases: Databases) -> None:
    member = library.membership(library.accounts_of(owner.id)[0], owner.id)
    calls = [
        partial(library.rename, member, "Omega"),
        *(
            partial(configuring.configure, owner.id, {"properties": {f"key{number}": number}}, lambda _: True)
            for number in range(4)
        ),
    ]
    assert [outcome for outcome in at_once(calls) if isinstance(outcome, Exception)] == []
    stored = databases.organization(owner.id)
    assert (stored["slug"], stored["state"]) == ("omega", "active")
    assert stored["properties"] == {f"key{number}": number for number in range(4)}


def test_operator_creates_an_organization_with_a_plan(owner: Owner, databases: Databases) -> None:
    put(owner, "pro", members=1)
    body = {"name": "Beta", "email": "beta@example.com", "password": PASSWORD}
    refused = of_operator(owner.service, "POST", "/operator/organizations", body | {"plan": "nowhere"})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "plan")
    created = of_operator(owner.service, "POST", "/operator/organizations", body | {"plan": "pro"})
    assert created.status == 201
    assert databases.organization(created.json["organization"]["id"])["plan"] == "pro"
    assert log_in(owner.service, "beta@example.com")
