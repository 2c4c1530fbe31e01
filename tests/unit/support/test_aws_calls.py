"""What calls ask IAM for, from requests as botocore sends them."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from local import calls
from local.calls import Call
from tests.support.aws_calls import Account
from tests.support.iam import Request

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mongodb-a1B2c3"
OTHER = "arn:aws:secretsmanager:us-east-1:123456789012:secret:signing-key-a1B2c3"
KEY = "arn:aws:kms:us-east-1:123456789012:key/0b9c5f2e-7d6a-4e3f-8c1b-2a3d4e5f6071"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:send-mail"
ACCOUNT = Account("us-east-1", "123456789012", {SECRET: KEY})
PRIVATE = "nobody-may-read-this"


class Answered(Exception):
    """The request is known; it is not sent."""


def call_of(request: AWSPreparedRequest) -> Call:
    """Return what is kept of a request."""
    body: Any = request.body or b""
    _, _, path_and_query = request.url.removeprefix("https://").partition("/")
    path, _, query = f"/{path_and_query}".partition("?")
    fields = [
        (name.lower().encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in request.headers.items()
    ]
    scope = {
        "type": "http",
        "method": request.method,
        "path": unquote(path),  # as servers do
        "query_string": query.encode(),
        "headers": fields,
    }
    return calls._call(scope, "function", body.encode() if isinstance(body, str) else bytes(body))


def sent(service: str, operation: str, **parameters: Any) -> Call:
    """Return what is kept of the request that botocore makes of a call."""
    kept: list[Call] = []

    def keep(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        kept.append(call_of(request))
        raise Answered

    client: Any = boto3.Session("function", "secret", region_name="us-east-1").client(service)  # type: ignore[call-overload]
    client.meta.events.register("before-send", keep)
    with pytest.raises(Answered):
        getattr(client, operation)(**parameters)
    (call,) = kept
    return call


def requests(call: Call) -> Iterator[tuple[str, str]]:
    for request in ACCOUNT.requests(call):
        yield request.action, request.resource


def test_a_secret_with_a_key_of_its_own_needs_the_key() -> None:
    call = sent("secretsmanager", "get_secret_value", SecretId=SECRET, VersionStage="AWSCURRENT")
    read, decrypt = ACCOUNT.requests(call)
    assert read == Request("secretsmanager:GetSecretValue", SECRET)
    assert (decrypt.action, decrypt.resource) == ("kms:Decrypt", KEY)
    assert dict(decrypt.context)["kms:viaservice"] == "secretsmanager.us-east-1.amazonaws.com"


def test_a_secret_with_the_key_of_the_account_needs_none() -> None:
    call = sent("secretsmanager", "put_secret_value", SecretId=OTHER, SecretString=PRIVATE)
    assert list(requests(call)) == [("secretsmanager:PutSecretValue", OTHER)]
    assert PRIVATE not in json.dumps(call.__dict__)


@pytest.mark.parametrize(
    ("parameters", "resource"),
    [
        ({"FunctionName": "send-mail"}, FUNCTION),
        ({"FunctionName": FUNCTION}, FUNCTION),
        ({"FunctionName": "send-mail", "Qualifier": "live"}, f"{FUNCTION}:live"),
        ({"FunctionName": f"{FUNCTION}:live"}, f"{FUNCTION}:live"),
    ],
)
def test_a_function_is_named_by_its_name_or_arn(parameters: dict[str, str], resource: str) -> None:
    call = sent("lambda", "invoke", InvocationType="Event", **parameters)
    assert list(requests(call)) == [("lambda:InvokeFunction", resource)]


def test_events_need_each_bus() -> None:
    entry = {
        "Source": "tenantry",
        "DetailType": "a",
        "Detail": json.dumps({"id": PRIVATE}),
        "EventBusName": "bus",
    }
    call = sent("events", "put_events", Entries=[entry, entry])
    assert list(requests(call)) == [
        ("events:PutEvents", "arn:aws:events:us-east-1:123456789012:event-bus/bus")
    ]
    assert PRIVATE not in json.dumps(call.__dict__)


@pytest.mark.parametrize("sender", ["no-reply@example.com", "Example Inc. <no-reply@example.com>"])
def test_mail_needs_its_sender(sender: str) -> None:
    text = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": PRIVATE}}}
    call = sent(
        "sesv2",
        "send_email",
        FromEmailAddress=sender,
        Destination={"ToAddresses": ["ada@example.com"]},
        Content={"Simple": text},
    )
    (request,) = ACCOUNT.requests(call)
    assert request.action == "ses:SendEmail"
    assert request.resource == "arn:aws:ses:us-east-1:123456789012:identity/no-reply@example.com"
    assert request.context == {("ses:fromaddress", "no-reply@example.com")}
    assert PRIVATE not in json.dumps(call.__dict__)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("s3", "list_buckets", {}),
        ("secretsmanager", "get_secret_value", {"SecretId": "mongodb"}),
        ("secretsmanager", "put_secret_value", {"SecretId": SECRET, "SecretString": "a"}),
        ("events", "list_rules", {}),
    ],
)
def test_what_is_not_known_is_refused(service: str, operation: str, parameters: dict[str, str]) -> None:
    call = sent(service, operation, **parameters)
    with pytest.raises(LookupError):
        list(requests(call))
