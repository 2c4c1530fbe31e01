"""The local API Gateway hands requests to functions as that of AWS does."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.gateway import ANY_METHOD, MAX_BODY_BYTES
from local.ministack import REGION, running_ministack
from local.processes import free_port
from local.signatures import ACCESS_KEY, SECRET_KEY, USER_ARN
from tests.support.proxy_events import OF_SIGNATURES, proxy_event

ECHO = (
    "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n"
)
# What REST APIs were recorded to hand on as it was sent: https://github.com/hotsock/voker/pull/8
SENT = [
    "plain",
    "a%20b",
    "a%3Fb",
    "a%25b",
    "a%23b",
    "a%2Fb",
    "%CE%BB",
    "a%252Fb",
    "a%253Fb",
    "a%2525b",
    "%22%7B",
]
# Each with a status of its own, that is no default of AWS.
RESPONSES = {
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "INVALID_SIGNATURE": 418,
    "REQUEST_TOO_LARGE": 422,
    "DEFAULT_4XX": 451,
}
OPERATOR = "/operator?b=2&a=%20x"
# What ministack's events do not tell, and no function asks for.
LACKING = {"deploymentId", "domainName", "domainPrefix"}


def template() -> dict[str, Any]:
    """Return what SAM makes of a function with ANY method of a path."""
    arn = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Echo.Arn}/invocations"
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": {"Fn::Sub": arn}}
    method = {"x-amazon-apigateway-integration": integration}
    paths = {
        "/organizations/{organization}/documents/{document}": {ANY_METHOD: method},
        "/operator": {ANY_METHOD: method | {"security": [{"AWS_IAM": []}]}},
    }
    responses = {
        kind: {
            "statusCode": status,
            "responseParameters": {"gatewayresponse.header.Kind": f"'{kind}'"},
            "responseTemplates": {"application/json": '{"id":"$context.requestId"}'},
        }
        for kind, status in RESPONSES.items()
    }
    body = {"openapi": "3.0.1", "paths": paths, "x-amazon-apigateway-gateway-responses": responses}
    function = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": "arn:aws:iam::000000000000:role/echo",
        "Code": {"ZipFile": ECHO},
    }
    api_id = {"Ref": "Api"}
    return {
        "Resources": {
            "Echo": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": body}},
            "Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": api_id}},
            "Stage": {
                "Type": "AWS::ApiGateway::Stage",
                "Properties": {"RestApiId": api_id, "DeploymentId": {"Ref": "Deployment"}, "StageName": "v1"},
            },
        },
        "Outputs": {"Api": {"Value": api_id}},
    }


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a REST API that returns the events that a function gets."""
    with running_ministack(tmp_path_factory.mktemp("stack"), free_port()) as (_, endpoint):
        session = boto3.Session("test", "test", region_name=REGION)
        stacks = session.client("cloudformation", endpoint_url=endpoint)
        stacks.create_stack(StackName="echo", TemplateBody=json.dumps(template()))
        stacks.get_waiter("stack_create_complete").wait(StackName="echo", WaiterConfig={"Delay": 1})
        (output,) = stacks.describe_stacks(StackName="echo")["Stacks"][0]["Outputs"]
        yield f"{endpoint}/_aws/execute-api/{output['OutputValue']}/v1"


@pytest.mark.parametrize("sent", SENT)
def test_path_reaches_the_function_as_it_was_sent(api: str, sent: str) -> None:
    path = f"/organizations/alpha/documents/{sent}"
    event = httpx.get(api + path, trust_env=False).json()
    assert event["path"] == path
    assert event["requestContext"]["path"] == f"/v1{path}"
    assert event["pathParameters"] == {"organization": "alpha", "document": sent}
    expected = proxy_event("GET", path, {}, None)
    assert [event[name] for name in ("resource", "path", "pathParameters")] == [
        expected[name] for name in ("resource", "path", "pathParameters")
    ]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE"])
def test_every_method_reaches_the_function(api: str, method: str) -> None:
    answer = httpx.request(method, f"{api}/organizations/alpha/documents/x", trust_env=False)
    assert answer.status_code == 200
    assert answer.text == "" if method == "HEAD" else answer.json()["httpMethod"] == method


def signed(url: str, secret_key: str = SECRET_KEY, body: bytes = b"") -> dict[str, str]:
    """Return the header fields that sign a POST."""
    request = AWSRequest("POST", url, {"Content-Type": "application/json"}, body)
    SigV4Auth(Credentials(ACCESS_KEY, secret_key), "execute-api", REGION).add_auth(request)
    return dict(request.headers)


def posted(url: str, headers: dict[str, str], content: bytes = b"") -> httpx.Response:
    return httpx.post(url, headers=headers, content=content, trust_env=False)


def test_function_is_told_who_signed(api: str) -> None:
    answer = posted(api + OPERATOR, signed(api + OPERATOR, body=b"{}"), b"{}")
    assert answer.json()["requestContext"]["identity"]["userArn"] == USER_ARN
    open_route = f"{api}/organizations/alpha/documents/x"
    assert "userArn" not in posted(open_route, signed(open_route)).json()["requestContext"]["identity"]


@pytest.mark.parametrize(
    ("path", "headers", "kind"),
    [
        ("/nowhere", {}, "MISSING_AUTHENTICATION_TOKEN"),
        ("/nowhere", {"Authorization": "Bearer x"}, "DEFAULT_4XX"),
        ("/operator", {}, "MISSING_AUTHENTICATION_TOKEN"),
        ("/operator", {"Authorization": "Bearer x"}, "DEFAULT_4XX"),
    ],
)
def test_what_is_not_signed_is_answered_as_the_template_says(
    api: str, path: str, headers: dict[str, str], kind: str
) -> None:
    answer = posted(api + path, headers)
    assert (answer.status_code, answer.headers["Kind"]) == (RESPONSES[kind], kind)
    assert list(answer.json()) == ["id"]
    assert "$context" not in answer.text


def test_signature_of_anything_else_is_invalid(api: str) -> None:
    url = api + OPERATOR
    right = signed(url)
    late = right | {"X-Amz-Date": right["X-Amz-Date"].replace("T", "T00")[:16]}
    for headers, content in (
        (signed(url, secret_key="guessed"), b""),
        (signed(f"{url}1"), b""),
        (right, b"{}"),
        (late, b""),
        (right | {"Host": "elsewhere"}, b""),
    ):
        answer = posted(url, headers, content)
        assert (answer.status_code, answer.headers["Kind"]) == (418, "INVALID_SIGNATURE"), headers


def test_body_that_is_longer_than_api_gateway_takes_is_refused(api: str) -> None:
    url = f"{api}/organizations/alpha/documents/x"
    answer = posted(url, {}, b" " * (MAX_BODY_BYTES + 1))
    assert (answer.status_code, answer.headers["Kind"]) == (422, "REQUEST_TOO_LARGE")


def test_event_has_the_members_of_a_rest_apis(api: str) -> None:
    path = "/organizations/alpha/documents/x?a=1"
    sent = httpx.get(api + path, trust_env=False).json()
    expected = proxy_event("GET", path, {}, None)
    context, of_aws = sent["requestContext"], expected["requestContext"]
    assert sent.keys() == expected.keys() | {"version"}  # which ministack alone tells
    assert context.keys() == of_aws.keys() - LACKING
    assert context["identity"].keys() == of_aws["identity"].keys() - set(OF_SIGNATURES)
    for member in ("queryStringParameters", "multiValueQueryStringParameters", "stageVariables", "body"):
        assert sent[member] == expected[member]
