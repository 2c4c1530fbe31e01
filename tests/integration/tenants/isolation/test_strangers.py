"""Without a living token for an organization the answer is always the same: any route, any name."""

from collections.abc import Callable
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

import pytest

from tests.integration.tenants.isolation.observer import Observer
from tests.integration.tenants.isolation.routes import ALL, OF_OPERATOR, SAMPLES, Route, resolved
from tests.integration.tenants.isolation.strangers import (
    NOT_AUTHENTICATED,
    NOT_FOUND,
    STRANGERS,
    WITH_DEAD_TOKENS,
    Stranger,
    create_strangers,
)
from tests.integration.tenants.isolation.tenants import Tenant
from tests.support.sampling import EXHAUSTIVE

pytestmark = pytest.mark.usefixtures("free_names")

SHARES: Final = 5  # of the spellings, one for each stranger who is authenticated
OF_TENANT = [route for route in ALL if route.is_of_tenant]
OF_CALLER = [route for route in ALL if not route.is_of_tenant and SAMPLES[route].needs_token]


def encoded(text: str) -> str:
    return "".join(f"%{octet:02X}" for octet in text.encode())


def full_width(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


SPELLINGS: dict[str, Callable[[Tenant, Tenant], str]] = {
    "slug": lambda tenant, own: tenant.slug,
    "id": lambda tenant, own: tenant.id,
    "encoded slug": lambda tenant, own: encoded(tenant.slug),
    "encoded id": lambda tenant, own: encoded(tenant.id),
    "partly encoded slug": lambda tenant, own: tenant.slug.replace("-", "%2d"),
    "twice encoded slug": lambda tenant, own: quote(encoded(tenant.slug)),
    "slug in capitals": lambda tenant, own: tenant.slug.upper(),
    "id in capitals": lambda tenant, own: tenant.id.upper(),
    "slug in full width": lambda tenant, own: quote(full_width(tenant.slug)),
    "name": lambda tenant, own: quote(tenant.name),
    "collection": lambda tenant, own: tenant.collection,
    "account": lambda tenant, own: tenant.account_id,
    "e-mail address": lambda tenant, own: tenant.email,
    "slug and a space": lambda tenant, own: f"{tenant.slug}%20",
    "slug and NUL": lambda tenant, own: f"{tenant.slug}%00",
    "slug and a dot": lambda tenant, own: f"{tenant.slug}.",
    "slug and a parameter": lambda tenant, own: f"{tenant.slug};organization={own.slug}",
    "own slug and a parameter": lambda tenant, own: f"{own.slug};organization={tenant.slug}",
    "own slug, and then": lambda tenant, own: f"{own.slug},{tenant.slug}",
    "own slug and a way out of it": lambda tenant, own: f"{own.slug}%2F..%2F{tenant.slug}",
    "way back to the own slug": lambda tenant, own: f"{tenant.slug}%2F..%2F{own.slug}",
    "own slug and NUL": lambda tenant, own: f"{own.slug}%00{tenant.slug}",
    "operator": lambda tenant, own: quote('{"$ne":""}'),
    "anything": lambda tenant, own: "*",
}


def spellings(route: Route, name: str) -> dict[str, Callable[[Tenant, Tenant], str]]:
    """Return the ways in which a stranger names an organization to a route.

    With ``EXHAUSTIVE=1`` these are all of them, otherwise a share: each stranger who is authenticated uses
    each spelling on some route, and each route meets each spelling by one of these strangers.
    """
    if EXHAUSTIVE:
        return SPELLINGS
    turn = OF_TENANT.index(route) + STRANGERS.index(name)
    return {spelling: SPELLINGS[spelling] for spelling in islice(SPELLINGS, turn % SHARES, None, SHARES)}


@pytest.fixture(scope="module")
def strangers(observer: Observer) -> dict[str, Stranger]:
    return create_strangers(observer)


def test_every_route_is_here() -> None:
    # Resolvers have no parameters of several segments.
    here = {Route(method, resource.replace("+}", "}")) for method, resource in (*ALL, *OF_OPERATOR)}
    assert here == resolved()
    assert set(ALL) == set(SAMPLES)


@pytest.mark.parametrize("name", STRANGERS)
@pytest.mark.parametrize("route", OF_TENANT, ids=" ".join)
def test_a_stranger_gets_the_same_answer_as_if_nothing_were_there(
    observer: Observer, strangers: dict[str, Stranger], route: Route, name: str
) -> None:
    stranger = strangers[name]

    def ask(organization: str, tenant: Tenant) -> object:
        path = route.path(organization, tenant)
        body = SAMPLES[route].body(tenant)
        answer = observer.send(route.method, path, stranger.by, json_body=body, token=stranger.token)
        assert (answer.status, answer.code) == stranger.refusal, answer.text
        return answer.apart_from_request_id

    before = observer.databases.fingerprint()
    unknown = Tenant()
    missing = ask(unknown.slug, unknown)
    assert ask(unknown.id, unknown) == missing
    # Whoever is not authenticated is refused before the path is looked at.
    further = spellings(route, name) if stranger.refusal == NOT_FOUND else {}
    for spelling, spelled in ({"slug": SPELLINGS["slug"]} | further).items():
        assert ask(spelled(stranger.victim, stranger.by or unknown), stranger.victim) == missing, spelling
    assert observer.databases.fingerprint() == before


@pytest.mark.parametrize("name", STRANGERS)
@pytest.mark.parametrize("route", [route for route in OF_OPERATOR if route.is_of_tenant], ids=" ".join)
def test_no_token_opens_a_route_of_the_operator(
    observer: Observer, strangers: dict[str, Stranger], route: Route, name: str
) -> None:
    stranger = strangers[name]
    before = observer.databases.fingerprint()
    unknown = Tenant()
    body: dict[str, Any] = {"json_body": {}} if route.method in {"PATCH", "POST"} else {}
    for tenant in (stranger.victim, stranger.by or unknown, unknown):
        for token in (stranger.token, stranger.victim.token):
            answer = observer.send(route.method, route.path(tenant.slug), stranger.by, token=token, **body)
            assert (answer.status, answer.code) == (403, "operator-required")
    assert observer.databases.fingerprint() == before


@pytest.mark.parametrize("name", WITH_DEAD_TOKENS)
@pytest.mark.parametrize("route", OF_CALLER, ids=" ".join)
def test_a_dead_token_opens_no_other_route(
    observer: Observer, strangers: dict[str, Stranger], route: Route, name: str
) -> None:
    stranger = strangers[name]
    body = SAMPLES[route].body(stranger.victim)
    before = observer.databases.fingerprint()
    answer = observer.send(route.method, route.resource, None, json_body=body, token=stranger.token)
    assert (answer.status, answer.code) == NOT_AUTHENTICATED
    assert observer.databases.fingerprint() == before
