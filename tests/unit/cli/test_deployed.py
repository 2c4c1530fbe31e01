"""What `tenantry doctor --stack` finds of functions, their layer and the account's quotas."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import urllib3
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws

from cli.aws import deployed
from tenantry.lifecycle.oversight.findings import Finding

STACK = "tenantry-test"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
ASK = BaseClient._make_api_call  # type: ignore[attr-defined]


@dataclass
class Account:
    """An account with a stack: what AWS answers beyond what moto knows, and what it refuses."""

    concurrency: int = 1_000
    unreserved: int = 1_000
    reserved: int = 0
    stored: int = 10**9
    built_for: str = "aarch64"
    status: str = "UPDATE_COMPLETE"
    functions: list[str] = field(default_factory=list)
    layer: str = ""
    refused: set[str] = field(default_factory=set)

    def answer(self, client: Any, operation: str, arguments: Any) -> Any:
        if operation in self.refused:
            raise refusal("AccessDeniedException", f"not authorized to perform: {operation}", operation)
        match operation:
            case "GetAccountSettings":
                most = {"TotalCodeSize": 75 * 2**30, "ConcurrentExecutions": self.concurrency}
                most["UnreservedConcurrentExecutions"] = self.unreserved
                return {"AccountLimit": most, "AccountUsage": {"TotalCodeSize": self.stored}}
            case "DescribeStacks" if not self.functions:
                raise refusal("ValidationError", f"Stack with id {STACK} does not exist", operation)
            case "DescribeStacks":
                reserved = {"ParameterKey": "ReservedConcurrency", "ParameterValue": str(self.reserved)}
                return {
                    "Stacks": [{"StackName": STACK, "StackStatus": self.status, "Parameters": [reserved]}]
                }
            case "ListStackResources":
                resources = [("Function", name) for name in self.functions] + [("LayerVersion", self.layer)]
                return {
                    "StackResourceSummaries": [
                        {
                            "ResourceType": f"AWS::Lambda::{kind}",
                            "PhysicalResourceId": name,
                            "ResourceStatus": "CREATE_COMPLETE",
                        }
                        for kind, name in resources
                    ]
                }
        return ASK(client, operation, arguments)

    def archive(self) -> bytes:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as file:
            file.writestr(f"python/bson/_cbson.cpython-313-{self.built_for}-linux-gnu.so", b"")
        return content.getvalue()

    def deploy(self, **functions: dict[str, Any]) -> None:
        """Deploy a version of the layer, and functions that differ from the usual one in some properties."""
        content = {"ZipFile": self.archive()}
        self.layer = client().publish_layer_version(LayerName="common", Content=content)["LayerVersionArn"]
        self.functions = sorted({*self.functions, *functions})
        for name, properties in functions.items():
            usual = {
                "FunctionName": name,
                "Code": content,
                "Handler": "app.handler",
                "Role": role(),
                "Runtime": "python3.13",
                "Architectures": ["arm64"],
                "Layers": [self.layer],
            }
            version = client().create_function(**usual | properties, Publish=True)["Version"]
            client().create_alias(FunctionName=name, Name="live", FunctionVersion=version)


def client() -> Any:
    return boto3.client("lambda")


def role() -> str:
    iam = boto3.client("iam")
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="function", AssumeRolePolicyDocument=TRUST)
    return iam.get_role(RoleName="function")["Role"]["Arn"]


def refusal(code: str, message: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    account = Account()

    def answer(client: Any, operation: str, arguments: Any) -> Any:
        return account.answer(client, operation, arguments)

    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        monkeypatch.setattr(BaseClient, "_make_api_call", answer)
        monkeypatch.setattr(urllib3, "request", lambda *_, **__: SimpleNamespace(data=account.archive()))
        yield account


def levels() -> dict[str, str]:
    return {finding.check: finding.level for finding in deployed.examine(STACK)}


def finding(check: str) -> Finding:
    (found,) = [finding for finding in deployed.examine(STACK) if finding.check == check]
    return found


def test_all_is_well(account: Account) -> None:
    account.deploy(login={}, documents={})
    assert set(levels().values()) == {"ok"}
    assert finding("functions").found == "2 can be invoked"
    assert finding("layer common:1").found.startswith("built for python3.13 on arm64")


def test_before_the_first_deployment_the_account_is_looked_at(account: Account) -> None:
    account.concurrency, account.unreserved = 10, 10
    assert levels() == {
        f"stack {STACK}": "warning",
        "executions at once": "warning",
        "stored code": "ok",
        "IAM roles": "ok",
    }
    assert "request-service-quota-increase" in finding("executions at once").advice


def test_layer_for_another_architecture_or_runtime_is_told(account: Account) -> None:
    account.deploy(login={})
    account.built_for = "x86_64"
    told = finding("layer common:1")
    assert (told.level, "ARCHITECTURE=" in told.advice) == ("failed", True)
    assert told.found == "built for python3.13 on x86_64, and used by functions of python3.13 on arm64"
    account.deploy(documents={"Runtime": "python3.12", "Architectures": ["x86_64"]})
    found = levels()
    assert [found[check] for check in ("runtimes", "architectures", "layer")] == ["warning"] * 3
    assert [found[f"layer common:{version}"] for version in (1, 2)] == ["failed"] * 2


def test_functions_with_different_layers_or_none_are_told(account: Account) -> None:
    account.deploy(login={})
    account.deploy(documents={})
    assert finding("layer").found == "common:2 of 1 functions, common:1 of 1 functions"
    account.deploy(jwks={"Layers": []})
    assert finding("layer").found == "jwks have none of the stack's"


@pytest.mark.parametrize(
    ("fields", "check", "level"),
    [
        ({"status": "UPDATE_ROLLBACK_COMPLETE"}, f"stack {STACK}", "warning"),
        ({"status": "UPDATE_IN_PROGRESS"}, f"stack {STACK}", "warning"),
        ({"status": "ROLLBACK_COMPLETE"}, f"stack {STACK}", "failed"),
        ({"status": "UPDATE_ROLLBACK_FAILED"}, f"stack {STACK}", "failed"),
        ({"reserved": 901}, "executions at once", "warning"),
        ({"reserved": 900}, "executions at once", "ok"),
        ({"stored": 70 * 10**9}, "stored code", "warning"),
        ({"refused": {"GetLayerVersion"}}, "layer common:1", "warning"),
        ({"refused": {"GetAccountSummary"}}, "IAM roles", "warning"),
        ({"refused": {"ListStackResources"}}, f"stack {STACK}", "warning"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(
    account: Account, fields: dict[str, Any], check: str, level: str
) -> None:
    account.deploy(login={})
    for name, value in fields.items():
        setattr(account, name, value)
    told = [finding for finding in deployed.examine(STACK) if finding.check == check][-1]
    assert (told.level, bool(told.advice)) == (level, level != "ok")


def test_without_a_region_or_credentials_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    told = finding(f"stack {STACK}")
    assert (told.level, "AWS_REGION" in told.advice) == ("failed", True)
