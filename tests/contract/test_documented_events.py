"""events/*.json, and what tests send to functions, have the members that AWS documents, and no others.

The samples are those of AWS SAM, which `sam local generate-event` prints.
"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pytest
import samcli  # type: ignore[import-untyped]

from tests.contract import sam_template
from tests.contract.events import EVENTS, REQUESTS
from tests.support.proxy_events import proxy_event

SAMPLES: Final = Path(samcli.__file__).parent / "lib/generated_sample_events/events"
# Further members of requestContext and its identity, named as the context variables are:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
FURTHER: Final = {"deploymentId", "domainName", "domainPrefix", "extendedRequestId"}
FURTHER_OF_IDENTITY: Final = {"principalOrgId"}
# https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html
VERSION: Final = {"version"}
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html
# RotationToken comes only if another account or an assumed role rotates.
OF_ROTATION: Final = {"ClientRequestToken", "SecretId", "Step"}
SCHEDULED: Final = [
    "measure_usage",
    "move_organization",
    "publish_events",
    "reconcile",
    "roll_out",
    "send_mail",
]
MADE_BY_TESTS: Final = {
    "get": proxy_event("GET", "/organizations/google?a=1", {}, None),
    "post": proxy_event("POST", "/login", {"Content-Type": "application/json"}, "{}"),
}
EVENTS_OF_REQUESTS: Final = MADE_BY_TESTS | {name: EVENTS[name] for name in REQUESTS}


def sample(path: str) -> dict[str, Any]:
    return dict(json.loads((SAMPLES / path).read_text()))


REST: Final = sample("apigateway/AwsProxy.json")


@pytest.mark.parametrize("name", EVENTS_OF_REQUESTS)
def test_request_has_the_members_that_are_documented(name: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html"""
    event = EVENTS_OF_REQUESTS[name]
    context, documented = event["requestContext"], REST["requestContext"]
    assert event.keys() == REST.keys()
    assert context.keys() == documented.keys() | FURTHER
    assert context["identity"].keys() == documented["identity"].keys() | FURTHER_OF_IDENTITY


@pytest.mark.parametrize("name", EVENTS_OF_REQUESTS)
def test_what_a_request_lacks_is_null(name: str) -> None:
    event = EVENTS_OF_REQUESTS[name]
    for member in ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters"):
        assert event[member] is None or event[member] != {}
    assert event["stageVariables"] is None
    assert event["body"] is None or isinstance(event["body"], str)
    assert event["isBase64Encoded"] is False
    single, several = event["queryStringParameters"] or {}, event["multiValueQueryStringParameters"] or {}
    assert {parameter: values[-1] for parameter, values in several.items()} == single


@pytest.mark.parametrize("name", EVENTS_OF_REQUESTS)
def test_values_are_written_as_in_the_sample(name: str) -> None:
    context, pattern = EVENTS_OF_REQUESTS[name]["requestContext"], "%d/%b/%Y:%H:%M:%S %z"
    for requested in (context, REST["requestContext"]):
        written = datetime.strptime(requested["requestTime"], pattern).astimezone(UTC)
        assert written == datetime.fromtimestamp(requested["requestTimeEpoch"] // 1000, UTC)
    assert context["protocol"] == REST["requestContext"]["protocol"]
    assert re.fullmatch(r"\d{12}", context["accountId"])
    assert context["domainName"].partition(".")[0] == context["domainPrefix"] == context["apiId"]


@pytest.mark.parametrize("name", REQUESTS)
def test_paths_are_percent_encoded(name: str) -> None:
    """REST APIs decode no path: https://github.com/hotsock/voker/pull/8"""
    assert re.fullmatch(r"(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+", EVENTS[name]["path"], re.ASCII)


def test_one_path_needs_its_encoding() -> None:
    document = EVENTS["documents"]["pathParameters"]["document"]
    assert unquote(document) == "café/menu 1"
    assert document in EVENTS["documents"]["path"]


def test_the_operators_request_is_signed_and_the_others_are_not() -> None:
    for name in REQUESTS:
        identity = EVENTS[name]["requestContext"]["identity"]
        of_signature = {
            identity[member] is None for member in ("accessKey", "accountId", "caller", "user", "userArn")
        }
        assert of_signature == {
            name not in ("deletions", "operator", "rollouts", "status", "overview", "introspect")
        }


@pytest.mark.parametrize("name", SCHEDULED)
def test_schedule_has_the_members_that_are_documented(name: str) -> None:
    event = EVENTS[name]
    documented = sample("cloudwatch/ScheduledEvent.json")
    assert event.keys() == documented.keys() | VERSION
    for member in ("detail-type", "source", "detail"):
        assert event[member] == documented[member]
    (rule,) = event["resources"]
    logical_id = rule.rpartition(":rule/tenantry-dev-")[2]
    assert sam_template.stack()[logical_id]["Type"] == "AWS::Events::Rule"
    datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def test_rotation_has_the_members_that_are_documented() -> None:
    assert EVENTS["rotate_signing_key"].keys() == OF_ROTATION


def test_authorizer_gets_the_members_that_are_documented() -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html"""
    event = EVENTS["authorize"]
    assert event.keys() == {"type", "authorizationToken", "methodArn"}
    assert re.fullmatch(r"arn:aws:execute-api:[\w-]+:\d{12}:\w{10}/v1/GET/notes", event["methodArn"])
