"""Each route of an organization takes API keys with certain scopes, and refuses every other key."""

from typing import Final

import pytest

from tenantry.identity.api_keys import managing
from tenantry.identity.api_keys.managing import NewKey
from tenantry.identity.roles import SCOPES, Scope
from tests.integration.tenants.isolation.observer import Observer
from tests.integration.tenants.isolation.routes import ALL, SAMPLES, Route
from tests.integration.tenants.isolation.tenants import Tenant, snapshot
from tests.support import library
from tests.support.openapi import OPENAPI

_ORGANIZATION: Final = "/organizations/{organization}"
_READ: Final[set[Scope]] = {"documents:read", "documents:write"}
_WRITE: Final[set[Scope]] = {"documents:write"}
TAKEN: Final[dict[Route, set[Scope]]] = {
    Route("POST", f"{_ORGANIZATION}/documents"): _WRITE,
    Route("GET", f"{_ORGANIZATION}/documents"): _READ,
    Route("GET", f"{_ORGANIZATION}/documents/{{document}}"): _READ,
    Route("PUT", f"{_ORGANIZATION}/documents/{{document}}"): _WRITE,
    Route("PATCH", f"{_ORGANIZATION}/documents/{{document}}"): _WRITE,
    Route("DELETE", f"{_ORGANIZATION}/documents/{{document}}"): _WRITE,
    Route("GET", f"{_ORGANIZATION}/count"): _READ,
    Route("GET", f"{_ORGANIZATION}/indexes"): {"indexes"},
    Route("POST", f"{_ORGANIZATION}/indexes"): {"indexes"},
    Route("DELETE", f"{_ORGANIZATION}/indexes/{{name}}"): {"indexes"},
    Route("GET", f"{_ORGANIZATION}/audit"): {"audit:read"},
}
WITH_TOKEN: Final = [
    route
    for route in ALL
    if "bearer" in str(OPENAPI["paths"].get(route.resource, {}).get(route.method.lower()))
]


def key_of(tenant: Tenant, scopes: set[Scope]) -> str:
    maker = library.membership(tenant.account_id, tenant.id)
    return managing.create(maker, NewKey("key", sorted(scopes))).text


@pytest.mark.parametrize("route", WITH_TOKEN, ids=" ".join)
def test_a_key_without_the_scope_is_refused(observer: Observer, caller: Tenant, route: Route) -> None:
    operation = OPENAPI["paths"][route.resource][route.method.lower()]
    assert set(operation.get("x-scopes", [])) == TAKEN.get(route, set())
    key = key_of(caller, set(SCOPES) - TAKEN.get(route, set()))
    before = snapshot(observer.databases, caller)
    answer = observer.send(
        route.method,
        route.path(caller.slug, caller),
        caller,
        json_body=SAMPLES[route].body(caller),
        token=key,
    )
    assert (answer.status, answer.code) == (403, "insufficient-scope"), answer.text
    assert snapshot(observer.databases, caller) == before


@pytest.mark.parametrize(
    ("route", "scope"), [(route, scope) for route, scopes in TAKEN.items() for scope in sorted(scopes)]
)
def test_a_key_with_the_scope_does_what_it_is_for(
    observer: Observer, caller: Tenant, victim: Tenant, route: Route, scope: Scope
) -> None:
    key = key_of(caller, {scope})
    body = SAMPLES[route].body(caller)
    foreign = observer.send(route.method, route.path(victim.slug, victim), caller, json_body=body, token=key)
    assert (foreign.status, foreign.code) == (404, "organization-not-found")
    own = observer.send(route.method, route.path(caller.slug, caller), caller, json_body=body, token=key)
    assert own.status == SAMPLES[route].status, own.text
