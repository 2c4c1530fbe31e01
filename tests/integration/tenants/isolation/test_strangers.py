"""Without a living token for an organization the answer is always the same: any route, any name."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

import pytest

from tests.integration.tenants.isolation.observer import Observer
from tests.integration.tenants.isolation.routes import ALL, OF_OPERATOR, SAMPLES, Route, resolved
from tests.integration.tenants.isolation.strangers import (
    AUTHENTICATED,
    NOT_AUTHENTICATED,
    NOT_FOUND,
    OF_ANOTHER_ORGANIZATION,
    STRANGERS,
    WITH_DEAD_TOKENS,
    Stranger,
    create_strangers,
)
from tests.integration.tenants.isolation.tenants import Tenant
from tests.support.sampling import EXHAUSTIVE

pytestmark = pytest.mark.usefixtures("free_names")

OF_TENANT = [route for route in ALL if route.is_of_tenant]
OF_CALLER = [route for route in ALL if not route.is_of_tenant and SAMPLES[route].needs_token]


def encoded(text: str) -> str:
    return "".join(f"%{octet:02X}" for octet in text.encode())


def full_width(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


SPELLINGS: Final[dict[str, Callable[[Tenant], str]]] = {
    "slug": lambda tenant: tenant.slug,
    "id": lambda tenant: tenant.id,
    "encoded slug": lambda tenant: encoded(tenant.slug),
    "encoded id": lambda tenant: encoded(tenant.id),
    "partly encoded slug": lambda tenant: tenant.slug.replace("-", "%2d"),
    "twice encoded slug": lambda tenant: quote(encoded(tenant.slug)),
    "slug in capitals": lambda tenant: tenant.slug.upper(),
    "id in capitals": lambda tenant: tenant.id.upper(),
    "slug in full width": lambda tenant: quote(full_width(tenant.slug)),
    "name": lambda tenant: quote(tenant.name),
    "collection": lambda tenant: tenant.collection,
    "account": lambda tenant: tenant.account_id,
    "e-mail address": lambda tenant: tenant.email,
    "slug and a space": lambda tenant: f"{tenant.slug}%20",
    "slug and NUL": lambda tenant: f"{tenant.slug}%00",
    "slug and a dot": lambda tenant: f"{tenant.slug}.",
    "operator": lambda tenant: quote('{"$ne":""}'),
    "anything": lambda tenant: "*",
}
WITH_OWN_SLUG: Final[dict[str, Callable[[Tenant, Tenant], str]]] = {
    "slug and a parameter": lambda tenant, own: f"{tenant.slug};organization={own.slug}",
    "own slug and a parameter": lambda tenant, own: f"{own.slug};organization={tenant.slug}",
    "own slug, and then": lambda tenant, own: f"{own.slug},{tenant.slug}",
    "own slug and a way out of it": lambda tenant, own: f"{own.slug}%2F..%2F{tenant.slug}",
    "way back to the own slug": lambda tenant, own: f"{tenant.slug}%2F..%2F{own.slug}",
    "own slug and NUL": lambda tenant, own: f"{own.slug}%00{tenant.slug}",
}


def share(spellings: Iterable[str], route: Route, name: str, among: Sequence[str]) -> list[str]:
    """Return the spellings that one of several strangers uses on a route: together they use each of them.

    On the next route it is another share. With ``EXHAUSTIVE=1`` it is all of them.
    """
    if EXHAUSTIVE:
        return list(spellings)
    turn = OF_TENANT.index(route) + among.index(name)
    return list(islice(spellings, turn % len(among), None, len(among)))


def spelled(route: Route, name: str, stranger: Stranger) -> dict[str, str]:
    """Return what a stranger who is authenticated calls the victim on a route, by the name of the spelling.

    Only who has a token that opens an organization has a slug to name beside the victim's.
    """
    named = {
        spelling: SPELLINGS[spelling](stranger.victim)
        for spelling in share(SPELLINGS, route, name, AUTHENTICATED)
    }
    if name in OF_ANOTHER_ORGANIZATION:
        assert stranger.by
        for spelling in share(WITH_OWN_SLUG, route, name, OF_ANOTHER_ORGANIZATION):
            named[spelling] = WITH_OWN_SLUG[spelling](stranger.victim, stranger.by)
    return named


@pytest.fixture(scope="module")
def strangers(observer: Observer) -> dict[str, Stranger]:
    return create_strangers(observer)


def test_every_route_meets_every_spelling() -> None:
    for spellings, among in ((SPELLINGS, AUTHENTICATED), (WITH_OWN_SLUG, OF_ANOTHER_ORGANIZATION)):
        for route in OF_TENANT:
            used = {spelling for name in among for spelling in share(spellings, route, name, among)}
            assert used == set(spellings)


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
    further = spelled(route, name, stranger) if stranger.refusal == NOT_FOUND else {}
    for spelling, organization in ({"slug": stranger.victim.slug} | further).items():
        assert ask(organization, stranger.victim) == missing, spelling
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
