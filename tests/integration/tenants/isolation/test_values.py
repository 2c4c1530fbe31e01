"""Ids, field names, entity tags, cursors and keys of another organization mean nothing in one's own."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tenantry.http.documents.changing import version_of
from tenantry.identity.memberships import joining
from tenantry.runtime import mongodb
from tests.integration.tenants.isolation.observer import Observer, alike
from tests.integration.tenants.isolation.routes import ALL, SAMPLES, Route
from tests.integration.tenants.isolation.tenants import SHARED, Tenant, snapshot
from tests.support.colleagues import join_and_log_in
from tests.support.owners import log_in
from tests.support.service import Answer

OWN_PATH = "/organizations/<own slug>"
DOCUMENTS = f"{OWN_PATH}/documents"
MEMBERS = f"{OWN_PATH}/members"
TRANSFER = f"{OWN_PATH}/ownership-transfer"
INVITATIONS = f"{OWN_PATH}/invitations"
LOGIN = '{"email": "<own email>", "password": "<own password>", "organization": "<%s>"}'
SWITCH = '{"refresh_token": "<own refresh token>", "organization": "<%s>"}'
IF_MATCH = {"If-Match": "<entity tag>"}

# What stands in angle brackets is another organization's, unless it is called own.
REQUESTS: list[tuple[str, str, str | None, dict[str, str]]] = [
    ("GET", f"{DOCUMENTS}/<document>", None, {}),
    ("GET", f"{DOCUMENTS}/<id>", None, {}),
    ("GET", f'{DOCUMENTS}/"<document>"', None, {}),
    ("PUT", f"{DOCUMENTS}/<document>", '{"text": 1}', {}),
    ("PUT", f"{DOCUMENTS}/<document>", '{"text": 1}', {"If-Match": "*"}),
    ("PATCH", f"{DOCUMENTS}/<document>", '{"text": 1}', {}),
    ("DELETE", f"{DOCUMENTS}/<document>", None, {}),
    ("PUT", f"{DOCUMENTS}/{SHARED}", '{"text": 1}', IF_MATCH),
    ("PATCH", f"{DOCUMENTS}/{SHARED}", '{"text": 1}', IF_MATCH),
    ("DELETE", f"{DOCUMENTS}/{SHARED}", None, IF_MATCH),
    ("POST", DOCUMENTS, '{"_id": "<document>", "<field>": "<value>"}', {}),
    ("POST", DOCUMENTS, '[{"_id": "<document>"}, {"_id": "<document>"}, {"_id": "<id>"}]', {}),
    ("POST", DOCUMENTS, '{"_id": "<value>", "of": {"$ref": "<collection>", "$id": "<document>"}}', {}),
    ("GET", f'{DOCUMENTS}?filter={{"_id": "<document>"}}', None, {}),
    ("GET", f'{DOCUMENTS}?filter={{"_id": {{"$in": ["<document>"]}}}}', None, {}),
    ("GET", f'{DOCUMENTS}?filter={{"<field>": "<value>"}}', None, {}),
    ("GET", f'{DOCUMENTS}?filter={{"<field>": {{"$exists": true}}}}', None, {}),
    ("GET", f'{DOCUMENTS}?filter={{"<field>": {{"$ne": "<value>"}}}}', None, {}),
    ("GET", f'{DOCUMENTS}?filter={{"_id": {{"$regex": "<document>"}}}}', None, {}),
    ("GET", f'{DOCUMENTS}?filter={{"$where": "db.<collection>.find()"}}', None, {}),
    ("GET", f'{DOCUMENTS}?filter={{"$lookup": {{"from": "<collection>"}}}}', None, {}),
    ("GET", f"{DOCUMENTS}?sort=<field>", None, {}),
    ("GET", f"{DOCUMENTS}?fields=<field>", None, {}),
    ("GET", f'{OWN_PATH}/count?filter={{"<field>": "<value>"}}', None, {}),
    ("GET", f'{OWN_PATH}/count?filter={{"_id": "<document>"}}', None, {}),
    ("POST", f"{OWN_PATH}/indexes", '{"keys": [{"field": "<field>"}]}', {}),
    ("POST", f"{OWN_PATH}/indexes", '{"keys": [{"field": "text"}], "name": "<index>", "unique": true}', {}),
    ("DELETE", f"{OWN_PATH}/indexes/<index>", None, {}),
    ("GET", f"{MEMBERS}/<member>", None, {}),
    ("GET", f"{MEMBERS}/<account>", None, {}),
    ("PATCH", f"{MEMBERS}/<member>", '{"role": "viewer"}', {}),
    ("PATCH", f"{MEMBERS}/<member>", '{"role": "owner"}', {"If-Match": "*"}),
    ("DELETE", f"{MEMBERS}/<member>", None, {}),
    ("PUT", TRANSFER, '{"member": "<member>"}', {}),
    ("PUT", TRANSFER, '{"member": "<second member>"}', {}),
    ("PUT", TRANSFER, '{"member": "<account>"}', {}),
    ("POST", f"{INVITATIONS}/<invitation>/resend", None, {}),
    ("DELETE", f"{INVITATIONS}/<invitation>", None, {}),
    ("DELETE", "/account/sessions/<session>", None, {}),
    ("POST", "/login/switch", SWITCH % "slug", {}),
    ("POST", "/login/switch", SWITCH % "id", {}),
    ("POST", "/login/switch", SWITCH % "collection", {}),
    ("POST", "/login", LOGIN % "slug", {}),
    ("POST", "/login", LOGIN % "id", {}),
    ("POST", "/login", LOGIN % "collection", {}),
    ("POST", "/login", '{"email": "<email>", "password": "<own password>, but wrong"}', {}),
]

OF_TRANSFER = "/organizations/{organization}/ownership-transfer"
WITH_IDS = [route for route in ALL if re.search(r"{(?!organization|document|name)\w+}", route.resource)]
TAKING_OWN_LINKS = [
    Route("POST", "/account/email-verification/complete"),
    Route("POST", "/account/email-change/complete"),
]


def filled_in(text: str, caller: Tenant, tenant: Tenant) -> str:
    values = {
        "own slug": caller.slug,
        "own email": caller.email,
        "own password": caller.password,
        "own refresh token": caller.refresh_token,
        "slug": tenant.slug,
        "id": tenant.id,
        "collection": tenant.collection,
        "email": tenant.email,
        "account": tenant.account_id,
        "session": tenant.session_id,
        "member": tenant.member_id,
        "second member": tenant.colleague.member_id,
        "invitation": tenant.invitation_id,
        "entity tag": f'"{version_of(tenant.documents[1])}"',
    }
    values |= vars(tenant.words)
    return re.sub("<([a-z ]+)>", lambda placeholder: values[placeholder[1]], text)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda parts: " ".join(map(str, parts)))
def test_what_another_organization_has_is_as_unknown_as_what_nobody_has(
    observer: Observer, victim: Tenant, caller: Tenant, request_: tuple[str, str, str | None, dict[str, str]]
) -> None:
    method, path, body, fields = request_

    def ask(tenant: Tenant) -> object:
        answer = observer.send(
            method,
            filled_in(path, caller, tenant),
            caller,
            body=filled_in(body, caller, tenant) if body else None,
            headers={name: filled_in(value, caller, tenant) for name, value in fields.items()},
            token=caller.token,
        )
        return alike(answer, tenant)

    before = snapshot(observer.databases, victim)
    unknown = Tenant()
    assert ask(victim) == ask(unknown)
    assert snapshot(observer.databases, victim) == before


@pytest.mark.parametrize("route", WITH_IDS, ids=" ".join)
def test_an_id_of_another_organization_or_account_is_not_found(
    observer: Observer, victim: Tenant, caller: Tenant, route: Route
) -> None:
    def ask(tenant: Tenant) -> Answer:
        path, body = route.path(caller.slug, tenant), SAMPLES[route].body(caller)
        return observer.send(route.method, path, caller, json_body=body, token=caller.token)

    before = snapshot(observer.databases, victim)
    answer, unknown = ask(victim), Tenant()
    assert answer.status == 404
    assert alike(answer, victim) == alike(ask(unknown), unknown)
    assert snapshot(observer.databases, victim) == before


@pytest.mark.parametrize("person", ["person", "colleague", "guest"])
def test_whom_another_organization_knows_is_invited_as_anybody(
    observer: Observer, victim: Tenant, caller: Tenant, person: str
) -> None:
    def invite(tenant: Tenant) -> dict[str, str]:
        body = {"email": f"{vars(tenant.words)[person]}@example.com", "role": "viewer"}
        path = f"{caller.path}/invitations"
        answer = observer.send("POST", path, caller, json_body=body, token=caller.token)
        assert answer.status == 201
        own = {"id", "created_at", "expires_at"}
        return {name: tenant.hidden(value) for name, value in answer.json.items() if name not in own}

    before = snapshot(observer.databases, victim)
    assert invite(victim) == invite(Tenant())
    assert snapshot(observer.databases, victim) == before


@pytest.mark.parametrize("route", TAKING_OWN_LINKS, ids=" ".join)
def test_a_link_that_another_account_was_sent_is_not_found_and_stays(
    observer: Observer, victim: Tenant, caller: Tenant, route: Route
) -> None:
    def ask(tenant: Tenant) -> Answer:
        body = SAMPLES[route].body(tenant)
        return observer.send(route.method, route.resource, caller, json_body=body, token=caller.token)

    answer, unknown = ask(victim), Tenant()
    assert (answer.status, answer.code) == (404, "link-not-found")
    assert observer.databases.master["links"].delete_many({"account_id": victim.account_id}).deleted_count
    assert alike(answer, victim) == alike(ask(unknown), unknown)


@pytest.mark.parametrize("route", [Route("POST", f"{OF_TRANSFER}/accept"), Route("DELETE", OF_TRANSFER)])
def test_an_offer_of_another_organization_is_none_in_the_own_one(
    observer: Observer, victim: Tenant, caller: Tenant, route: Route
) -> None:
    """The member to whom another organization is offered answers as one to whom nothing is."""
    offered = replace(victim.colleague, email=f"{victim.words.colleague}@example.com")
    mongodb.run_transaction(lambda session: joining.add(caller.id, offered.account_id, offered.role, session))
    token = log_in(observer.service, offered.email, caller.id)
    bystander = join_and_log_in(observer.service, caller.id, offered.role)
    before = snapshot(observer.databases, victim), snapshot(observer.databases, caller)
    answers = [
        observer.service.request(route.method, route.path(caller.slug), token=each)
        for each in (token, bystander.token)
    ]
    assert answers[0].status in {403, 404}
    assert answers[0].apart_from_request_id == answers[1].apart_from_request_id
    assert (snapshot(observer.databases, victim), snapshot(observer.databases, caller)) == before


@pytest.mark.parametrize(
    "parameters", ["", "&sort=-_id", "&sort=<field>", "&sort=-<field>", "&fields=<field>"]
)
def test_a_cursor_that_another_organization_got_leads_through_the_own_documents(
    observer: Observer, victim: Tenant, caller: Tenant, parameters: str
) -> None:
    query = "documents?limit=1" + filled_in(parameters, caller, victim)
    first = observer.send("GET", f"{victim.path}/{query}", victim, token=victim.token)
    cursor = first.json["next_cursor"]
    assert cursor
    answer = observer.send("GET", f"{caller.path}/{query}&cursor={cursor}", caller, token=caller.token)
    assert answer.status == 200
    assert {document["_id"] for document in answer.json["documents"]} <= {
        document["_id"] for document in caller.documents
    }


def test_an_idempotency_key_of_another_account_is_free(
    observer: Observer, victim: Tenant, caller: Tenant
) -> None:
    key = {"Idempotency-Key": victim.words.key}
    used_for = {"name": victim.name, "metadata": {victim.words.note: victim.words.note}}
    unused = {"name": f"Second {caller.words.name}"}
    credentials = {"email": victim.email, "password": f"{victim.password}, but wrong"}

    def create(by: Tenant | None, body: dict[str, Any]) -> Answer:
        token = by.token if by else None
        return observer.send("POST", "/organizations", by, json_body=body, headers=key, token=token)

    before = snapshot(observer.databases, victim)
    assert create(caller, used_for).code == "organization-exists"
    assert create(caller, unused).status == 201
    assert create(None, used_for | credentials).code == "idempotency-key-reused"
    assert snapshot(observer.databases, victim) == before
