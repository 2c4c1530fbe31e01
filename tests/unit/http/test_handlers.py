"""The handler in front of a resolver, with a small resolver of the tests' own."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo import _csot  # what pymongo.timeout sets has no public reader

from tenantry import http
from tenantry.http.bodies import check_merge_patch
from tenantry.http.handlers import HEADERS
from tenantry.runtime import clients
from tests.support.proxy_events import proxy_event
from tests.support.service import LambdaContext
from tests.unit.http.resolver import (
    PASSWORD,
    app,
    credentials,
    field,
    handler,
    problem,
    send,
)
from tests.unit.identity.jose import signed

PASSWORDS = json.dumps({"current_password": PASSWORD, "new_password": PASSWORD})

# fmt: off
SPELLINGS_OF_HEALTH = [
    "/health/", "/health//", "//health", "/./health", "/x/../health", "/%2e/health", "/x/.%2E/health",
    "/%68ealth", "/health%2F", "/Health", "/health/.", "/health;a=b", "/health\n", "",
]
# fmt: on

pytestmark = pytest.mark.usefixtures("known_caller")


def test_a_route_answers() -> None:
    answer = send("POST", "/login", credentials())
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"email": "ada@example.com"}


def test_every_answer_carries_the_common_fields_unless_the_route_has_its_own() -> None:
    for answer in (send("GET", "/health"), send("POST", "/login", "{"), send("GET", "/organizations/google")):
        assert {name: field(answer, name) for name in HEADERS} == HEADERS
    assert field(send("POST", "/login", credentials()), "Cache-Control") == "max-age=5"


def test_an_answer_without_content_has_an_empty_body() -> None:
    answer = send("DELETE", "/organizations/google")
    assert (answer["statusCode"], answer["body"], answer["isBase64Encoded"]) == (204, "", False)


def test_the_database_has_a_deadline() -> None:
    assert json.loads(send("GET", "/health")["body"]) == {"bounded": True}
    assert _csot.get_timeout() is None
    assert clients.REQUEST_TIMEOUT_SECONDS < 15


@pytest.mark.parametrize(
    ("body", "fields", "expected"),
    [
        ("{", {}, (400, "malformed-request")),
        ('{"a":1,"a":1}', {}, (400, "malformed-request")),
        ("[]", {}, (400, "malformed-request")),
        ("x" * 100_000, {}, (413, "payload-too-large")),
        ("{}", {"Content_Type": "text/plain"}, (415, "unsupported-media-type")),
        ("{}", {}, (422, "invalid-fields")),
        (None, {}, (422, "invalid-fields")),
        (credentials(email={"$ne": None}), {}, (422, "invalid-fields")),
        (credentials(password=None), {}, (422, "invalid-fields")),
        (credentials(email="ada@example.com\0"), {}, (422, "invalid-fields")),
        (credentials(admin=True), {}, (422, "invalid-fields")),
        (credentials(organization=7), {}, (422, "invalid-fields")),
    ],
)
def test_a_wrong_body_is_a_problem(
    body: str | None, fields: dict[str, str], expected: tuple[int, str]
) -> None:
    assert problem(send("POST", "/login", body, **fields)) == expected


def test_wrong_fields_are_listed() -> None:
    document = json.loads(send("POST", "/login", json.dumps({"email": "ada", "admin": True}))["body"])
    assert {(error["field"], error["message"]) for error in document["errors"]} == {
        ("email", "is not a valid e-mail address"),
        ("password", "Field required"),
        ("admin", "Extra inputs are not permitted"),
    }


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "application/json ;a", "Application/JSON"],
)
def test_the_media_type_may_be_spelled_as_http_allows(content_type: str) -> None:
    assert send("POST", "/login", credentials(), Content_Type=content_type)["statusCode"] == 200


@pytest.mark.parametrize("path", SPELLINGS_OF_HEALTH)
def test_a_route_has_one_spelling(path: str) -> None:
    event = proxy_event("GET", "/health", {}, None) | {"path": path}
    context: Any = LambdaContext("test")
    assert problem(handler(event, context)) == (404, "not-found")


@pytest.mark.parametrize(
    "path", ["/organizations/%67oogle", "/organizations/.google..", "/organizations/a.b%2Fc"]
)
def test_a_parameter_is_spelled_as_a_client_likes(path: str) -> None:
    event = proxy_event("DELETE", "/organizations/google", {}, None) | {"path": path}
    context: Any = LambdaContext("test")
    assert handler(event, context)["statusCode"] == 204


@pytest.mark.parametrize(("sent", "holds"), [('"7"', True), ('"6"', False), ('"6", "7"', True), ("*", True)])
def test_if_match_reaches_the_route(sent: str, holds: bool) -> None:
    answer = send("PATCH", "/organizations/google", token=signed(), If_Match=sent)
    assert json.loads(answer["body"]) == {"holds": holds}


def test_head_is_get_without_content() -> None:
    for path, fields in (
        ("/organizations/google", {"token": signed()}),
        ("/organizations/google", {"token": signed(), "If_None_Match": '"7"'}),
        ("/organizations/google", {}),
        ("/health", {}),
    ):
        head, get = (send(method, path, **fields) for method in ("HEAD", "GET"))
        assert head["body"] == ""
        assert head["statusCode"] == get["statusCode"]
        assert head["multiValueHeaders"] == get["multiValueHeaders"]


ALLOWED = {
    "/health": "GET, HEAD, OPTIONS",
    "/login": "OPTIONS, POST",
    "/organizations/x": "DELETE, GET, HEAD, OPTIONS, PATCH",
}


@pytest.mark.parametrize("path", ALLOWED)
def test_options_lists_the_methods(path: str) -> None:
    answer = send("OPTIONS", path)
    assert (answer["statusCode"], answer["body"], field(answer, "Allow")) == (204, "", ALLOWED[path])
    patches = "application/merge-patch+json, application/json" if "PATCH" in ALLOWED[path] else None
    assert field(answer, "Accept-Patch") == patches


@pytest.mark.parametrize("path", ALLOWED)
@pytest.mark.parametrize("method", ["HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "get", "X"])
def test_a_method_that_is_not_there_is_not_allowed(path: str, method: str) -> None:
    allowed = ALLOWED[path]
    if method not in allowed.split(", "):
        answer = send(method, path, "not looked at")
        assert (answer["statusCode"], field(answer, "Allow")) == (405, allowed)
        assert answer["body"] == "" if method == "HEAD" else problem(answer) == (405, "method-not-allowed")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "LINK"])
def test_nothing_is_at_a_path_to_any_method(method: str) -> None:
    event = proxy_event("GET", "/health", {}, None) | {"path": "/healthy", "httpMethod": method}
    context: Any = LambdaContext("test")
    assert handler(event, context)["statusCode"] == 404


@pytest.mark.parametrize("media_type", ["application/merge-patch+json", "Application/Merge-Patch+JSON; a=b"])
def test_a_merge_patch_is_json_to_a_route_that_takes_one(media_type: str) -> None:
    event = proxy_event("PATCH", "/organizations/google", {"Content-Type": media_type}, "{}")
    context: Any = LambdaContext("test")
    assert problem(handler(event, context)) == (415, "unsupported-media-type")
    taking = http.lambda_handler(app, check=check_merge_patch)
    assert problem(taking(event, context)) == (401, "invalid-token"), "the route has not been reached"
    event = proxy_event("PUT", "/account/password", {"Content-Type": media_type}, PASSWORDS)
    assert problem(taking(event, context)) == (415, "unsupported-media-type")


def test_a_defect_is_a_problem() -> None:
    assert problem(send("PUT", "/account/password", PASSWORDS)) == (500, "internal-error")


@given(st.text(max_size=30), st.sampled_from(["application/json", "text/plain", ""]), st.booleans())
def test_no_body_gives_500(body: str, content_type: str, is_base64: bool) -> None:
    context: Any = LambdaContext("test")
    event = proxy_event("POST", "/login", {"Content-Type": content_type}, body, is_base64=is_base64)
    assert 400 <= handler(event, context)["statusCode"] < 500
