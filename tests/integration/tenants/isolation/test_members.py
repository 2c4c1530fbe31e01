"""A member's requests work on the own organization, whatever else they name."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.integration.tenants.isolation.observer import Observer, alike
from tests.integration.tenants.isolation.routes import ALL, SAMPLES, Route
from tests.integration.tenants.isolation.tenants import Tenant, snapshot
from tests.support.service import OMITTED, Answer

Request = dict[str, Any]


def in_header_fields(request: Request, tenant: Tenant) -> Request:
    path = f"/v1/organizations/{tenant.slug}"
    fields = {
        "Host": f"{tenant.slug}.example.com",
        "Forwarded": f"host={tenant.slug}.example.com",
        "X-Forwarded-Host": f"{tenant.slug}.example.com",
        "X-Forwarded-Path": path,
        "X-Forwarded-Prefix": path,
        "X-Forwarded-User": tenant.email,
        "X-Original-URL": path,
        "X-Rewrite-URL": path,
        "X-Organization": tenant.slug,
        "X-Organization-Id": tenant.id,
        "X-Org-Id": tenant.id,
        "X-Tenant": tenant.slug,
        "X-Tenant-Id": tenant.id,
        "X-Collection": tenant.collection,
        "X-Account-Id": tenant.account_id,
        "X-HTTP-Method-Override": "DELETE",
        "X-Correlation-Id": tenant.id,
        "X-Request-Id": tenant.id,
        "X-Amzn-Trace-Id": tenant.id,
        "Referer": f"https://example.com{path}",
        "Origin": f"https://{tenant.slug}.example.com",
        "User-Agent": tenant.slug,
        "Cookie": f"organization={tenant.slug}; organization_id={tenant.id}",
    }
    return request | {"headers": fields}


def properties(tenant: Tenant) -> dict[str, str]:
    return {
        **dict.fromkeys(("organization", "org", "tenant", "slugs"), tenant.slug),
        **dict.fromkeys(("organization_id", "org_id", "tenant_id", "id"), tenant.id),
        **dict.fromkeys(("account", "account_id", "owner"), tenant.account_id),
        **dict.fromkeys(("collection", "database", "from"), tenant.collection),
    }


def in_query(request: Request, tenant: Tenant) -> Request:
    return request | {"path": f"{request['path']}?{urlencode(properties(tenant))}"}


def in_body(request: Request, tenant: Tenant) -> Request:
    body = {} if request["json_body"] is OMITTED else request["json_body"]
    return request | {"json_body": properties(tenant) | body}


WAYS = {way.__name__: way for way in (in_header_fields, in_query, in_body)}


def request_of(caller: Tenant, route: Route, organization: str) -> Request:
    token = caller.token if SAMPLES[route].needs_token else None
    body = SAMPLES[route].body(caller)
    path = route.path(organization, caller)
    return {"method": route.method, "path": path, "json_body": body, "token": token}


@pytest.mark.parametrize("name", ["slug", "id"])
@pytest.mark.parametrize("route", ALL, ids=" ".join)
def test_a_member_succeeds(
    observer: Observer, victim: Tenant, caller: Tenant, route: Route, name: str
) -> None:
    before = snapshot(observer.databases, victim)
    answer = observer.send(by=caller, **request_of(caller, route, getattr(caller, name)))
    assert answer.status == SAMPLES[route].status, answer.text
    assert snapshot(observer.databases, victim) == before


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("route", ALL, ids=" ".join)
def test_another_organization_named_elsewhere_is_no_subject(
    observer: Observer, victim: Tenant, caller: Tenant, route: Route, way: str
) -> None:
    def name(tenant: Tenant) -> Answer:
        return observer.send(by=caller, **WAYS[way](request_of(caller, route, caller.slug), tenant))

    before = snapshot(observer.databases, victim)
    answer = name(victim)
    if answer.code == "invalid-fields" and way != "in_header_fields":
        unknown = Tenant()
        assert alike(name(unknown), unknown) == alike(answer, victim)
    else:
        assert answer.status == SAMPLES[route].status, answer.text
    assert snapshot(observer.databases, victim) == before


@pytest.mark.parametrize(("number", "size", "command"), [(200, 1, "getMore"), (20, 1_000_000, "killCursors")])
def test_cursors_stay_in_the_own_collection(
    observer: Observer, caller: Tenant, number: int, size: int, command: str
) -> None:
    documents = [{"_id": number, "text": "x" * size} for number in range(number)]
    observer.databases.stored(caller.collection).insert_many(documents)
    answer = observer.send("GET", f"{caller.path}/documents?limit=1000", caller, token=caller.token)
    assert answer.status == 200
    assert command in [next(iter(sent)) for _, sent in observer.recorder.commands]
