"""Answers carry the header fields that the OpenAPI document describes, and of their kind no others."""

from collections.abc import Iterator
from typing import Final

import pytest

from tenantry.identity import throttling
from tenantry.registry.usage import document, months
from tests.support.databases import Databases
from tests.support.openapi import OPERATIONS, OPERATOR_ARN
from tests.support.owners import PASSWORD, Owner, email_of
from tests.support.proxy_events import proxy_event
from tests.support.service import Answer

TELLING: Final = {"etag", "link", "location", "retry-after", "set-cookie", "www-authenticate"}
# Every answer has it; what is described is what one of them says instead.
CACHE_CONTROL: Final = "cache-control"


def described(operation: str, status: int) -> set[str]:
    answer = OPERATIONS[operation].description["responses"][str(status)]
    return {name.lower() for name in answer.get("headers", {})} - {CACHE_CONTROL}


def answers(owner: Owner) -> Iterator[tuple[str, Answer]]:
    """Yield an answer of every operation that describes a field of its success, and problems."""
    service, token = owner.service, owner.token
    document = f"{owner.path}/documents/one"
    sign_up = {"name": "Beta", "email": email_of("Beta"), "password": PASSWORD}
    yield "createOrganization", service.post("/organizations", sign_up)
    operator = {"name": "Gamma", "email": email_of("Gamma"), "password": PASSWORD}
    yield (
        "createOrganizationAsOperator",
        OPERATIONS["createOrganizationAsOperator"].send(owner, {}, None, operator),
    )
    yield "getOrganization", service.get(owner.path, token=token)
    yield "updateOrganization", service.patch(owner.path, {"metadata": {"a": "b"}}, token=token)
    yield (
        "configureOrganization",
        OPERATIONS["configureOrganization"].send(
            owner, {"organization": owner.slug}, None, {"properties": {"a": 1}}
        ),
    )
    yield "insertDocuments", service.post(f"{owner.path}/documents", {"a": 1}, token=token)
    yield "putDocument", service.put(document, {"a": 1}, token=token)
    yield "putDocument", service.put(document, {"a": 2}, token=token)
    yield "getDocument", service.get(document, token=token)
    yield "patchDocument", service.patch(document, {"a": 3}, token=token)
    yield "createIndex", service.post(f"{owner.path}/indexes", {"keys": [{"field": "a"}]}, token=token)
    (member,) = service.get(f"{owner.path}/members", token=token).json["members"]
    path = f"{owner.path}/members/{member['id']}"
    yield "getMember", service.get(path, token=token)
    yield "changeMember", service.patch(path, {"role": "owner"}, token=token)
    yield "listUsage", first_page_of_csv(owner)
    yield "getKeySet", service.get("/.well-known/jwks.json")
    yield "getOrganization", service.get(owner.path)
    yield "login", service.post("/login", {"email": owner.email, "password": "wrong"})
    yield "listDocuments", service.get(f"{owner.path}/documents", token=token)
    kept: dict[str, str] = {}
    for operation, path, body in (
        ("login", "/login", {"email": owner.email, "password": PASSWORD}),
        ("refresh", "/login/refresh", {}),
        ("switchOrganization", "/login/switch", {"organization": owner.slug}),
        ("logout", "/logout", {}),
    ):
        answer = service.post(path, body, headers={"X-Refresh-Token": "cookie"} | kept)
        kept = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
        yield operation, answer
    yield "deleteOrganization", service.delete(owner.path, token=token)


def first_page_of_csv(owner: Owner) -> Answer:
    event = proxy_event("GET", "/operator/usage?limit=1", {"Accept": "text/csv"}, None)
    event["requestContext"]["identity"]["userArn"] = OPERATOR_ARN
    return owner.service.send(event)


def test_fields_are_those_that_are_described(owner: Owner, databases: Databases) -> None:
    month = months.present()
    databases.master["usage"].insert_many(
        {"_id": f"{name} {month}", **document.identifying(name, month), "requests": 1}
        for name in ("org_1", "org_2")
    )
    seen = set()
    for operation, answer in answers(owner):
        seen.add((operation, answer.status))
        assert set(answer.headers) & TELLING == described(operation, answer.status), (operation, answer)
    successes = {
        (name, int(status))
        for name, operation in OPERATIONS.items()
        for status, answer in operation.description["responses"].items()
        if status < "300" and "headers" in answer
    }
    assert successes <= seen
    assert {("getOrganization", 401), ("login", 401)} <= seen


@pytest.mark.parametrize("operation", OPERATIONS)
def test_problems_say_what_to_wait_for_and_how_to_authenticate(operation: str) -> None:
    for status, answer in OPERATIONS[operation].description["responses"].items():
        expected = {
            "429": {"Retry-After"},
            "503": {"Retry-After"},
            "401": {"WWW-Authenticate"},
            "415": {"Accept", "Accept-Patch", "Accept-Encoding"},
        }
        if status >= "400":
            assert set(answer.get("headers", {})) == expected.get(status, set())


def test_pause_says_how_long_it_lasts(owner: Owner) -> None:
    for _ in range(throttling.FREE_FAILURES):
        throttling.of_stranger(owner.email).begin()
    answer = owner.service.post("/login", {"email": owner.email, "password": PASSWORD})
    assert set(answer.headers) & TELLING == described("login", answer.status) == {"retry-after"}
