"""The outputs and parameters of the stack, which other people's infrastructure code relies on."""

import re
from typing import Any

import pytest
import yaml
from boto3 import Session
from botocore.stub import ANY, Stubber
from samcli.vendor.serverlessrepo.publish import publish_application  # type: ignore[import-untyped]

from tests.contract import sam_template
from tests.contract.sam_template import PROJECT, environment

DOCUMENT = (PROJECT / "docs/infrastructure-as-code.md").read_text()
CONFIGURATION = (PROJECT / "docs/configuration.md").read_text()

# What has been published. A name may be added; taking one away breaks those who use it.
OUTPUTS = {
    "AllowedOrigins", "ApiId", "ApiUrl", "Architecture", "CommonLayerArn", "DocsUrl", "EventBusArn",
    "MasterDatabase", "MongoDBClustersSecretArn", "MongoDBUriPolicyArn", "MongoDBUriSecretArn",
    "RotateSigningKeyFunctionName", "SigningKeySecretArn", "TenantDatabase", "TokenIssuer",
}  # fmt: skip
PARAMETERS = {
    "AccountMongoDBUriSecretArn", "AlarmEmail", "AlarmTopicArn", "AllowedOrigins", "ApiGatewayAccount",
    "AppUrl", "Architecture", "AuditMongoDBUriSecretArn", "AuditRetentionDays",
    "ChangeMongoDBUriSecretArn", "ChangesPerHour", "CreateMongoDBUriSecretArn", "DataMongoDBUriSecretArn",
    "InviteMongoDBUriSecretArn", "KeysMongoDBUriSecretArn",
    "LogLevel", "LogRetentionDays", "LoginMongoDBUriSecretArn", "MailFrom",
    "MailMongoDBUriSecretArn", "MasterDatabase", "MeasureMongoDBUriSecretArn", "MembersMongoDBUriSecretArn",
    "MongoDBClustersSecretArn", "MongoDBUriKmsKeyArn", "MongoDBUriSecretArn", "MoveMongoDBUriSecretArn",
    "FormerSlugDays", "NameHoldDays", "OperateMongoDBUriSecretArn", "OrganizationsPerAccount",
    "OverviewMongoDBUriSecretArn",
    "Placement", "PublicMongoDBUriSecretArn", "PublishMongoDBUriSecretArn",
    "RequireVerifiedEmail", "ReservedConcurrency", "RolloutMongoDBUriSecretArn",
    "RotationMongoDBUriSecretArn",
    "SecretsExtensionLayerArn", "SignUp", "SignUpsPerHour", "SigningKeyRotationDays", "Stage",
    "StatusMongoDBUriSecretArn", "AuthorizeMongoDBUriSecretArn", "TokenIssuer",
    "TenantDatabase", "WebAcl",
}  # fmt: skip

# Of the list that docs/infrastructure-as-code.md names, those that the template has.
TYPES_OF_THE_REPOSITORY = {
    "AWS::ApiGateway::DomainName", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard",
    "AWS::IAM::ManagedPolicy", "AWS::IAM::Role",
    "AWS::Lambda::Permission", "AWS::Logs::LogGroup", "AWS::Route53::RecordSet", "AWS::SNS::Topic",
    "AWS::SQS::Queue", "AWS::Serverless::Api", "AWS::Serverless::Function", "AWS::Serverless::LayerVersion",
}  # fmt: skip


def documented_outputs() -> dict[str, str]:
    """Return what the document says of each output."""
    table = DOCUMENT.partition("\n### Outputs\n")[2].partition("\n**")[0]
    return dict(re.findall(r"^\| ([A-Z]\w+) \| (.+) \|$", table, re.MULTILINE))


def documented_defaults() -> dict[str, str]:
    """Return the default of each parameter that docs/configuration.md shows."""
    table = CONFIGURATION.partition("\n## Parameters\n")[2].partition("\n## ")[0]
    shown: dict[str, str] = {}
    for names, defaults in re.findall(r"^\| ([A-Z]\w+[^|]*) \| ?([^|]*) ?\|", table, re.MULTILINE):
        parameters = re.split(r", | or ", names)
        values = [value.removesuffix(" (none)") for value in defaults.strip().split(", ")]
        shown |= zip(parameters, values * len(parameters) if len(values) == 1 else values, strict=True)
    return shown


def test_outputs_are_those_of_the_document() -> None:
    outputs = sam_template.template()["Outputs"]
    assert documented_outputs().keys() == outputs.keys(), "list it in docs/infrastructure-as-code.md"
    conditional = {name for name, text in documented_outputs().items() if "only with the parameter" in text}
    assert conditional == {name for name, output in outputs.items() if "Condition" in output}


def test_no_output_and_no_parameter_that_was_published_is_gone() -> None:
    template = sam_template.template()
    assert template["Outputs"].keys() >= OUTPUTS
    assert template["Parameters"].keys() >= PARAMETERS


def test_no_output_is_exported_for_then_it_could_not_change() -> None:
    assert not [name for name, output in sam_template.template()["Outputs"].items() if "Export" in output]


def test_one_parameter_alone_has_to_be_given() -> None:
    parameters = sam_template.template()["Parameters"]
    assert [name for name, each in parameters.items() if "Default" not in each] == ["MongoDBUriSecretArn"]


@pytest.mark.parametrize("name", sorted(sam_template.template()["Parameters"]))
def test_document_shows_the_default(name: str) -> None:
    assert documented_defaults()[name] == str(sam_template.template()["Parameters"][name].get("Default", ""))


def test_document_names_each_environment_variable_of_the_functions() -> None:
    table = CONFIGURATION.partition("\n## Environment variables of the functions\n")[2].partition("\n## ")[0]
    variables = {name for function in sam_template.function_directories() for name in environment(function)}
    assert variables - set(re.findall(r"[A-Z_]+", table)) == set(), "list it in docs/configuration.md"


def test_resource_types_that_the_repository_may_refuse_are_those_that_the_document_names() -> None:
    lacking = DOCUMENT.partition("It lacks, of what this")[2].partition("`sam publish`")[0]
    named = set(re.findall(r"`(AWS::[\w:]+)`", lacking))
    types = {resource["Type"] for resource in sam_template.template()["Resources"].values()}
    assert types - TYPES_OF_THE_REPOSITORY == named


def test_template_can_be_published() -> None:
    """The SAM CLI makes of it what the API of the Serverless Application Repository takes."""
    template = sam_template.template()
    metadata = template["Metadata"]["AWS::ServerlessRepo::Application"]
    assert f'version = "{metadata["SemanticVersion"]}"' in (PROJECT / "pyproject.toml").read_text()
    assert (PROJECT / metadata["ReadmeUrl"]).is_file()
    # https://docs.aws.amazon.com/serverlessrepo/latest/devguide/applications.html
    assert re.fullmatch(r"[a-zA-Z0-9-]{1,140}", metadata["Name"])
    assert re.fullmatch(r"(?=.{1,127}$)[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?", metadata["Author"])
    assert len(metadata["Description"]) <= 256
    assert len(metadata["Labels"]) <= 10
    assert all(re.fullmatch(r"[a-zA-Z0-9+\-_:/@]{1,127}", label) for label in metadata["Labels"])
    metadata["ReadmeUrl"] = "s3://example-artifacts/readme"
    client = Session("test", "test", region_name="us-east-1").client("serverlessrepo")
    with Stubber(client) as stub:
        expected = {name: metadata[name] for name in metadata} | {"TemplateBody": ANY}
        stub.add_response("create_application", {"ApplicationId": "arn:aws:serverlessrepo:..."}, expected)
        published: dict[str, Any] = publish_application(yaml.safe_dump(template), client)
    assert published["actions"] == ["CREATE_APPLICATION"]
