"""What the handler logs, counts and keeps of a request."""

import io
import json
from typing import Any

import pytest

from tenantry.runtime import request_context
from tests.support.proxy_events import proxy_event
from tests.support.service import LambdaContext
from tests.unit.http.resolver import (
    OLD_CLAIMS,
    PASSWORD,
    credentials,
    handler,
    send,
)
from tests.unit.identity.jose import signed

PASSWORDS = json.dumps({"current_password": PASSWORD, "new_password": PASSWORD})

pytestmark = pytest.mark.usefixtures("known_caller")

REQUESTS: dict[str, dict[str, Any]] = {
    "right": {"body": credentials()},
    "wrong field": {"body": credentials(password="s3cret\0")},
    "unknown field": {"body": credentials(s3cret="s3cret")},
    "malformed": {"body": '{"password":"s3cret","password":"s3cret"}'},
    "wrong type": {"body": credentials(), "Content_Type": "text/s3cret"},
    "not base64": {"body": "s3cret", "Content_Type": "application/json"},
    "wrong fields": {"method": "PUT", "path": "/account/password", "body": credentials()},
    "defect": {"method": "PUT", "path": "/account/password", "body": PASSWORDS},
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


@pytest.mark.parametrize(
    ("fields", "actor"),
    [
        ({"Authorization": f"Bearer {signed()}"}, {"type": "account", "id": "acct_1"}),
        ({}, {"type": "anonymous", "id": None}),
    ],
)
def test_a_request_has_a_context_until_it_is_answered(fields: dict[str, str], actor: dict[str, Any]) -> None:
    event = proxy_event("POST", "/logout/everywhere", {"X-Forwarded-For": "198.51.100.1"} | fields, None)
    context: Any = LambdaContext("test")
    assert json.loads(handler(event, context)["body"]) == {
        "request_id": event["requestContext"]["requestId"],
        "source_address": "203.0.113.7",
        "actor": actor,
    }
    assert request_context.current() == request_context.SYSTEM


def test_a_defect_is_logged_with_its_cause(log: io.StringIO) -> None:
    instance = json.loads(send("PUT", "/account/password", PASSWORDS)["body"])["instance"]
    (failure,) = [json.loads(line) for line in log.getvalue().splitlines() if '"ERROR"' in line]
    assert failure["exception_name"] == "RuntimeError"
    assert instance == f"urn:tenantry:request:{failure['correlation_id']}"


def test_answers_are_counted_by_class_of_status(capsys: pytest.CaptureFixture[str]) -> None:
    send("GET", "/health")
    send("GET", "/organizations/google")
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    names = {name for metrics in counted for name in metrics}
    assert {"Answers2xx", "Answers4xx"} <= names
    assert {metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] for metrics in counted} == {"Tenantry"}
