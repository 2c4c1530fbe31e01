"""The local API Gateway hands requests to functions as that of AWS does."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest

from local.gateway import ANY_METHOD
from local.ministack import REGION, running_ministack
from local.processes import free_port
from tests.support.service import proxy_event

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


def template() -> dict[str, Any]:
    """Return what SAM makes of a function with ANY method of a path."""
    arn = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Echo.Arn}/invocations"
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": {"Fn::Sub": arn}}
    method = {ANY_METHOD: {"x-amazon-apigateway-integration": integration}}
    body = {"openapi": "3.0.1", "paths": {"/organizations/{organization}/documents/{document}": method}}
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
