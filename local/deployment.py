"""Build template.yaml and deploy it with the AWS SAM CLI, to the local AWS only."""

import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import yaml

from local.ministack import REGION, aws_environment
from local.processes import run_to_end

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

PROJECT = Path(__file__).resolve().parent.parent
STACK_NAME = "tenantry-local"

_CONFIG_ENVIRONMENT = "local"
_STAGE = "v1"
_TEMPLATE = "build/template.json"
_ARCHITECTURES = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class LocalAws:
    """Clients of the local AWS."""

    endpoint: str

    @cached_property
    def secrets(self) -> "SecretsManagerClient":
        """Client of Secrets Manager."""
        return self._session.client("secretsmanager", endpoint_url=self.endpoint)

    @cached_property
    def functions(self) -> "LambdaClient":
        """Client of Lambda."""
        return self._session.client("lambda", endpoint_url=self.endpoint)

    def create_key(self) -> str:
        """Create a customer-managed KMS key and return its ARN."""
        key = self._session.client("kms", endpoint_url=self.endpoint).create_key()
        return str(key["KeyMetadata"]["Arn"])

    def create_secret(self, name: str, value: str, key: str = "alias/aws/secretsmanager") -> str:
        """Create a secret, which a KMS key encrypts, and return its ARN."""
        created = self.secrets.create_secret(Name=f"{STACK_NAME}-{name}", SecretString=value, KmsKeyId=key)
        return created["ARN"]

    def physical_id(self, logical_id: str) -> str:
        """Return the id that the deployment gave to a resource of template.yaml."""
        client = self._session.client("cloudformation", endpoint_url=self.endpoint)
        detail = client.describe_stack_resource(StackName=STACK_NAME, LogicalResourceId=logical_id)
        return detail["StackResourceDetail"]["PhysicalResourceId"]

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session("test", "test", region_name=REGION)


def architecture() -> str:
    """Return this machine's instruction set in the words of AWS Lambda."""
    return _ARCHITECTURES[platform.machine()]


def build(state: Path) -> None:
    """Run ``sam build``; what has not changed since the last time is taken from the cache."""
    command = [*_sam("build"), "--template-file", str(PROJECT / "template.yaml"), "--cached"]
    command += ["--build-dir", str(state / "build"), "--cache-dir", str(state / "build-cache")]
    run_to_end("sam build", command, state / "sam-build.log", sam_environment(state, ""))
    # `sam deploy` parses the template seven times, and YAML takes it most of a second each time.
    built = yaml.load((state / "build/template.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    (state / _TEMPLATE).write_text(json.dumps(built))


def deploy(state: Path, aws: LocalAws, parameters: Mapping[str, str]) -> str:
    """Run ``sam deploy`` for what `build` made and return the URL of the API's stage.

    Parameters
    ----------
    state
        Directory of the local stack.
    aws
        Where to.
    parameters
        Of the template, besides those that are the same for each local stack.
    """
    fixed = {"Stage": _CONFIG_ENVIRONMENT, "Architecture": architecture()}
    fixed |= dict.fromkeys(("ChangesPerHour", "SignUpsPerHour"), "1000000")  # all clients have one address
    command = [*_sam("deploy"), "--no-progressbar", "--use-json", "--template-file", str(state / _TEMPLATE)]
    command += [
        "--parameter-overrides",
        *(f"{name}={value}" for name, value in {**fixed, **parameters}.items()),
    ]
    run_to_end("sam deploy", command, state / "sam-deploy.log", sam_environment(state, aws.endpoint))
    return f"{aws.endpoint}/_aws/execute-api/{aws.physical_id('Api')}/{_STAGE}"


def _sam(command: str) -> list[str]:
    program = str(Path(sys.executable).with_name("sam"))
    configuration = str(PROJECT / "samconfig.toml")
    return [program, command, "--config-file", configuration, "--config-env", _CONFIG_ENVIRONMENT]


def sam_environment(state: Path, endpoint: str) -> dict[str, str]:
    """Return the environment of the SAM CLI that talks to the local AWS and to nothing else."""
    return aws_environment(endpoint) | {
        "ARCHITECTURE": architecture(),  # read by the layer's Makefile
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.5",  # seconds; the default of 5 is meant for the real CloudFormation
        "__SAM_CLI_APP_DIR": str(state / "sam"),
    }
