"""Deployments and rollbacks by the AWS SAM CLI, to the local AWS."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from deploy.errors import DeploymentError
from deploy.stack import Stack
from local.ministack import REGION, aws_environment, running_ministack
from local.processes import free_port

BUCKET = "artifacts"
NAME = "shop"
ANOTHER_NAME = "kiosk"
SENDER = 'Ann "A." \\ Lee <no-reply@example.com>'  # what a shell and a parser of options would take apart
TEMPLATE: dict[str, Any] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Transform": "AWS::Serverless-2016-10-31",
    "Parameters": {
        "MailFrom": {"Type": "String", "Default": ""},
        "Stage": {"Type": "String", "Default": "dev"},
        "DeploymentPreference": {"Type": "String", "Default": "AllAtOnce"},
    },
    "Resources": {
        "Shop": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "app.handler",
                "CodeUri": "Shop",
                "AutoPublishAlias": "live",
                "Role": "arn:aws:iam::000000000000:role/shop",
                "Environment": {"Variables": {"MAIL_FROM": {"Ref": "MailFrom"}, "STAGE": {"Ref": "Stage"}}},
            },
        }
    },
    "Outputs": {"Shop": {"Value": {"Ref": "Shop"}}},
}
UNKNOWN = {"Unknown": {"Type": "AWS::Shop::Unknown", "DependsOn": "Shop"}}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[boto3.Session]:
    """An AWS account with a bucket, to which this process and its children talk."""
    state = tmp_path_factory.mktemp("deploy")
    with running_ministack(state, free_port()) as (_, endpoint), pytest.MonkeyPatch.context() as variables:
        environment = aws_environment(endpoint) | {
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.2",
            "__SAM_CLI_APP_DIR": str(state / "sam"),
        }
        for name, value in environment.items():
            variables.setenv(name, value)
        session = boto3.Session(region_name=REGION)
        session.client("s3").create_bucket(Bucket=BUCKET)
        yield session


def build(directory: Path, answer: str) -> Path:
    """Leave a build as `make build` does."""
    (directory / "Shop").mkdir(parents=True, exist_ok=True)
    (directory / "Shop" / "app.py").write_text(
        f"def handler(event, context):\n    return {{'answer': {answer!r}}}\n"
    )
    template = directory / "template.yaml"
    template.write_text(json.dumps(TEMPLATE))
    return template


def served(aws: boto3.Session, stack: Stack) -> tuple[str, str, str]:
    """Return what the function answers, and the parameters that it has.

    The local CloudFormation makes a function that changes anew and forgets its alias; see `version`.
    """
    functions = aws.client("lambda")
    name = stack.output("Shop")
    answer = json.loads(functions.invoke(FunctionName=name)["Payload"].read())["answer"]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    return answer, variables["MAIL_FROM"], variables["STAGE"]


def version(aws: boto3.Session) -> str:
    """Return the logical id of the version that the alias is at."""
    resources = aws.client("cloudformation").list_stack_resources(StackName=NAME)["StackResourceSummaries"]
    (name,) = [
        resource["LogicalResourceId"]
        for resource in resources
        if resource["ResourceType"] == "AWS::Lambda::Version"
    ]
    return name


def test_a_deployment_publishes_and_a_rollback_returns_to_the_one_before(
    aws: boto3.Session, tmp_path: Path
) -> None:
    stack = Stack(NAME, BUCKET)
    stack.deploy(build(tmp_path / "first", "first"), {"MailFrom": SENDER, "Stage": "prod"})
    assert served(aws, stack) == ("first", SENDER, "prod")
    versions = [version(aws)]
    with pytest.raises(DeploymentError, match="Nothing was deployed to shop before"):
        stack.roll_back(tmp_path)
    stack.deploy(build(tmp_path / "second", "second"), {"Stage": "staging"})
    assert served(aws, stack) == ("second", SENDER, "staging")
    versions.append(version(aws))
    stack.roll_back(tmp_path)
    assert served(aws, stack) == ("first", SENDER, "prod")
    versions.append(version(aws))
    assert len(set(versions)) == 3


def test_what_cloudformation_refuses_is_no_deployment(aws: boto3.Session, tmp_path: Path) -> None:
    stack = Stack("refused", BUCKET)
    bad = build(tmp_path / "bad", "bad")
    bad.write_text(json.dumps(TEMPLATE | {"Resources": TEMPLATE["Resources"] | UNKNOWN}))
    with pytest.raises(DeploymentError, match="sam deploy failed"):
        stack.deploy(bad, {"Stage": "dev"})


def test_a_rollback_from_another_bucket_and_an_unknown_output_are_told(
    aws: boto3.Session, tmp_path: Path
) -> None:
    aws.client("s3").create_bucket(Bucket="another")
    with pytest.raises(DeploymentError, match="another is not the bucket that kiosk was last deployed from"):
        Stack(ANOTHER_NAME, "another").roll_back(tmp_path)
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"Shop": {"Value": "shop"}}}
    aws.client("cloudformation").create_stack(StackName=ANOTHER_NAME, TemplateBody=json.dumps(template))
    assert Stack(ANOTHER_NAME, BUCKET).output("Shop") == "shop"
    with pytest.raises(DeploymentError, match="kiosk has no output ApiUrl, but Shop"):
        Stack(ANOTHER_NAME, BUCKET).output("ApiUrl")
