"""The handler in front of a resolver, with a small resolver of the test's own."""

import io
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import pytest
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path
from hypothesis import given
from hypothesis import strategies as st
from pymongo import _csot  # what pymongo.timeout sets has no public reader

from tenantry import accounts, database, http, schemas, signing_keys
from tenantry.accounts import Membership
from tenantry.http.handlers import HEADERS
from tests.support.service import LambdaContext, proxy_event
from tests.unit.tenantry.jose import find_key, signed, valid_claims

PASSWORD = "correct horse battery staple"
PASSWORDS = {"current_password": PASSWORD, "new_password": PASSWORD}
OLD_CLAIMS = valid_claims() | {"epoch": 2}
MEMBERSHIP = Membership(
    organization={
        "_id": "org_1",
        "name": "Google",
        "slug": "google",
        "slugs": ["google"],
        "collection": "org_google",
        "state": "active",
        "version": 7,
        "metadata": {},
        "created_at": datetime(2025, 1, 1, tzinfo=UTC),
        "updated_at": datetime(2025, 1, 1, tzinfo=UTC),
        "intent": None,
        "vacated": [],
    },
    account_id="acct_1",
    auth_epoch=3,
    role="owner",
)
app = APIGatewayRestResolver(enable_validation=True)


@app.post("/login")
def log_in(credentials: Annotated[schemas.Login, Body()]) -> Response[dict[str, str]]:
    return Response(200, "application/json", {"email": credentials.email}, {"Cache-Control": "max-age=5"})


@app.get("/organizations/<organization>")
def get_organization(
    organization: Annotated[str, Path()], member: Annotated[Membership, Depends(http.member)]
) -> schemas.Organization:
    return http.organization_of(member.organization)


@app.patch("/organizations/<organization>")
def update_organization(
    organization: Annotated[str, Path()],
    member: Annotated[Membership, Depends(http.member)],
    if_match: Annotated[str | None, Header(alias="If-Match")] = None,
) -> dict[str, Any]:
    return {"matches": http.if_match(if_match)(7), "field": if_match}


@app.post("/organizations")
def create_organization(
    caller: Annotated[Membership | None, Depends(http.optional_caller)],
) -> dict[str, Any]:
    return {"caller": caller and caller.account_id}


@app.delete("/organizations/<organization>")
def delete_organization(organization: Annotated[str, Path()]) -> Response[None]:
    return Response(HTTPStatus.NO_CONTENT)


@app.get("/health")
def get_health() -> dict[str, bool]:
    return {"bounded": _csot.get_timeout() is not None}


@app.put("/account/password")
def change_password(passwords: Annotated[schemas.ChangePassword, Body()]) -> None:
    raise RuntimeError("defect")


handler = http.lambda_handler(app)


@pytest.fixture(autouse=True)
def known_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """One key and one membership are known, without a database."""
    monkeypatch.setattr(signing_keys, "find_key", find_key)
    monkeypatch.setattr(
        accounts,
        "memberships",
        lambda account_id, organization_id: [MEMBERSHIP] * (organization_id == "org_1"),
    )


def send(
    method: str, path: str, body: str | None = None, token: str | None = None, **fields: str
) -> dict[str, Any]:
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
    context: Any = LambdaContext("test")
    return handler(proxy_event(method, path, headers, body), context)


def field(answer: dict[str, Any], name: str) -> str | None:
    values = answer["multiValueHeaders"].get(name, [None])
    assert len(values) == 1
    return str(values[0]) if values[0] is not None else None


def problem(answer: dict[str, Any]) -> tuple[int, str]:
    assert field(answer, "Content-Type") == "application/problem+json"
    document = json.loads(answer["body"])
    assert document["status"] == answer["statusCode"]
    return answer["statusCode"], document["code"]


def credentials(**changes: Any) -> str:
    return json.dumps({"email": "ada@example.com", "password": PASSWORD} | changes)


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
    assert database.REQUEST_TIMEOUT_SECONDS < 15


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


def test_the_caller_reads_the_own_organization_by_slug_or_id() -> None:
    for name in ("google", "org_1"):
        answer = send("GET", f"/organizations/{name}", token=signed())
        assert answer["statusCode"] == 200
        assert json.loads(answer["body"])["created_at"] == "2025-01-01T00:00:00.000Z"


@pytest.mark.parametrize("name", ["amazon", "org_2", "Google", "google ", "GOOGLE", "$ne", "..", "%67oogle"])
def test_another_organization_is_not_found(name: str) -> None:
    assert problem(send("GET", f"/organizations/{name}", token=signed())) == (404, "organization-not-found")


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic YWRhOnNlY3JldA==", "Bearer", "Bearer ", "bearer x", "Bearer a.b.c", signed(),
        "Bearer, " + signed(), "Bearer " + signed() + ",x", "Token " + signed(), "Bearer\t" + signed(),
        "x" * 10_000, "Bearer ä",
        "Bearer " + signed(valid_claims() | {"org_id": "org_2"}),
        "Bearer " + signed(OLD_CLAIMS),
    ],
)  # fmt: skip
def test_wrong_credentials_are_challenged(authorization: str) -> None:
    answer = send("GET", "/organizations/google", Authorization=authorization)
    assert problem(answer) == (401, "invalid-token")
    assert field(answer, "WWW-Authenticate") == 'Bearer realm="tenantry", error="invalid_token"'


@pytest.mark.parametrize("fields", [{}, {"Authorization": ""}])
def test_missing_credentials_are_challenged_without_an_error(fields: dict[str, str]) -> None:
    answer = send("GET", "/organizations/google", **fields)
    assert problem(answer) == (401, "invalid-token")
    assert field(answer, "WWW-Authenticate") == 'Bearer realm="tenantry"'


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
def test_the_scheme_has_no_case(scheme: str) -> None:
    answer = send("GET", "/organizations/google", authorization=f"{scheme} {signed()}")
    assert answer["statusCode"] == 200


def test_credentials_may_be_optional_but_never_wrong() -> None:
    assert json.loads(send("POST", "/organizations")["body"]) == {"caller": None}
    assert json.loads(send("POST", "/organizations", token=signed())["body"]) == {"caller": "acct_1"}
    assert problem(send("POST", "/organizations", token="wrong")) == (401, "invalid-token")


@pytest.mark.parametrize(
    ("sent", "matches"), [('"7"', True), ('"6"', False), ('"6", "7"', True), ("*", True)]
)
def test_if_match_reaches_the_route(sent: str, matches: bool) -> None:
    answer = send("PATCH", "/organizations/google", token=signed(), If_Match=sent)
    assert json.loads(answer["body"]) == {"matches": matches, "field": sent}


def test_a_defect_is_a_problem() -> None:
    assert problem(send("PUT", "/account/password", json.dumps(PASSWORDS))) == (500, "internal-error")


@given(st.text(max_size=30), st.sampled_from(["application/json", "text/plain", ""]), st.booleans())
def test_no_body_gives_500(body: str, content_type: str, is_base64: bool) -> None:
    context: Any = LambdaContext("test")
    event = proxy_event("POST", "/login", {"Content-Type": content_type}, body, is_base64=is_base64)
    assert 400 <= handler(event, context)["statusCode"] < 500


REQUESTS: dict[str, dict[str, Any]] = {
    "right": {"body": credentials()},
    "wrong field": {"body": credentials(password="s3cret\0")},
    "unknown field": {"body": credentials(s3cret="s3cret")},
    "malformed": {"body": '{"password":"s3cret","password":"s3cret"}'},
    "wrong type": {"body": credentials(), "Content_Type": "text/s3cret"},
    "not base64": {"body": "s3cret", "Content_Type": "application/json"},
    "wrong fields": {"method": "PUT", "path": "/account/password", "body": credentials()},
    "defect": {"method": "PUT", "path": "/account/password", "body": json.dumps(PASSWORDS)},
    "valid token": {"method": "GET", "path": "/organizations/google", "token": signed()},
    "token for another": {"method": "GET", "path": "/organizations/s3cret", "token": signed()},
    "old token": {"method": "GET", "path": "/organizations/google", "token": signed(OLD_CLAIMS)},
    "wrong token": {"method": "GET", "path": "/organizations/google", "token": "s3cret"},
}


@pytest.mark.parametrize("name", REQUESTS)
def test_the_log_holds_no_body_password_or_token(
    name: str, log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    request = {"method": "POST", "path": "/login"} | REQUESTS[name]
    send(**request)
    written = log.getvalue() + "".join(capsys.readouterr())
    assert '"message":"Answered"' in written
    secrets = [PASSWORD, "s3cret", "ada@example.com", *request.get("token", PASSWORD).split(".")]
    assert [secret for secret in secrets if secret in written] == []


def test_each_line_of_the_log_tells_request_and_organization(log: io.StringIO) -> None:
    event = proxy_event("GET", "/organizations/google", {"Authorization": f"Bearer {signed()}"}, None)
    context: Any = LambdaContext("test")
    handler(event, context)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert lines
    for line in lines:
        assert line["correlation_id"] == event["requestContext"]["requestId"]
        assert line["function_request_id"] == context.aws_request_id
        assert line["organization_id"] == "org_1"
        assert line["account_id"] == "acct_1"
    assert (lines[-1]["method"], lines[-1]["resource"], lines[-1]["status"]) == (
        "GET",
        "/organizations/{organization}",
        200,
    )


def test_the_next_request_does_not_inherit_the_organization(log: io.StringIO) -> None:
    send("GET", "/organizations/google", token=signed())
    send("GET", "/health")
    assert "org_1" not in log.getvalue().splitlines()[-1]


def test_a_defect_is_logged_with_its_cause(log: io.StringIO) -> None:
    instance = json.loads(send("PUT", "/account/password", json.dumps(PASSWORDS))["body"])["instance"]
    (failure,) = [json.loads(line) for line in log.getvalue().splitlines() if '"ERROR"' in line]
    assert failure["exception_name"] == "RuntimeError"
    assert instance == f"urn:tenantry:request:{failure['correlation_id']}"


def test_answers_are_counted_by_class_of_status(capsys: pytest.CaptureFixture[str]) -> None:
    send("GET", "/health")
    send("GET", "/organizations/google")
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    names = {name for one in counted for name in one}
    assert {"Answers2xx", "Answers4xx"} <= names
    assert {one["_aws"]["CloudWatchMetrics"][0]["Namespace"] for one in counted} == {"Tenantry"}
