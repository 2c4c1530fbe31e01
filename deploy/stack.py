"""A stack of template.yaml on AWS: deploying a build to it, and going back to what was deployed before.

The build is uploaded to the bucket of the stage under the digests of its parts (``sam package``), so that
what a template names stays what it was. Before a deployment, the template and parameters that the stack has
are put beside them; a rollback deploys these.
"""

import json
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError
from samcli.yamlhelper import yaml_dump, yaml_parse  # type: ignore[import-untyped]

from deploy.errors import DeploymentError
from deploy.release import publish_all

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

_WITHOUT_SAMCONFIG = ("--config-env", "none")  # samconfig.toml is for whoever runs sam by hand
AT_ONCE = {"DeploymentPreference": "AllAtOnce"}


@dataclass(frozen=True)
class Stack:
    """A stack of template.yaml, which may not exist yet.

    Parameters
    ----------
    name
        Name of the stack.
    bucket
        S3 bucket of its artifacts, in the region of the stack.
    execution_role
        ARN of the role that CloudFormation assumes; empty for the caller's own permissions.
    """

    name: str
    bucket: str
    execution_role: str = ""

    def deploy(self, built: Path, parameters: Mapping[str, str]) -> None:
        """Deploy a build, and keep the template and parameters of before for `roll_back`.

        Parameters
        ----------
        built
            The template that ``make build`` left.
        parameters
            Values of template parameters; the others keep the values that the stack has.

        Raises
        ------
        DeploymentError
            CloudFormation refused it, or has taken it back because a resource or an alarm failed. The stack
            is as it was before.
        """
        before = self._deployed()
        packaged = built.with_name("packaged.yaml")
        _sam(
            "package",
            *("--template-file", str(built), "--output-template-file", str(packaged)),
            *self._artifacts,
        )
        self._s3.put_object(Bucket=self.bucket, Key=self._before, Body=json.dumps(before).encode())
        self._release(packaged, parameters)

    def roll_back(self, scratch: Path) -> None:
        """Deploy what the stack had before the last deployment, with all traffic at once.

        Parameters
        ----------
        scratch
            Directory for the template.

        Raises
        ------
        DeploymentError
            There was no deployment before, the bucket is another one, or CloudFormation refused it.
        """
        try:
            kept = self._s3.get_object(Bucket=self.bucket, Key=self._before)["Body"].read()
        except self._s3.exceptions.NoSuchKey:
            raise DeploymentError(
                f"{self.bucket} is not the bucket that {self.name} was last deployed from; name that one"
            ) from None
        before = json.loads(kept)
        if before is None:
            raise DeploymentError(f"Nothing was deployed to {self.name} before the last deployment")
        template = scratch / "before.yaml"
        template.write_text(before["template"])
        self._release(template, before["parameters"] | AT_ONCE)

    def output(self, name: str) -> str:
        """Return an output of the stack.

        Raises
        ------
        DeploymentError
            The stack has no output of that name.
        """
        (stack,) = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}
        if name not in outputs:
            raise DeploymentError(f"{self.name} has no output {name}, but {', '.join(sorted(outputs))}")
        return outputs[name]

    def _release(self, template: Path, parameters: Mapping[str, str]) -> None:
        contents = yaml_parse(template.read_text())
        publish_all(contents, uuid.uuid4().hex)
        template.write_text(yaml_dump(contents))
        values = [f"{name}={_quoted(value)}" for name, value in parameters.items()]
        role = ("--role-arn", self.execution_role) if self.execution_role else ()
        _sam(
            "deploy",
            *(
                "--stack-name",
                self.name,
                "--template-file",
                str(template),
                "--capabilities",
                "CAPABILITY_IAM",
            ),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"),
            *role,
            *self._artifacts,
            *(("--parameter-overrides", *values) if values else ()),
        )

    def _deployed(self) -> dict[str, Any] | None:
        """Return the template and parameters that the stack has, or None if there is no stack."""
        try:
            (stack,) = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        template = self._cloudformation.get_template(StackName=self.name, TemplateStage="Original")
        body = template["TemplateBody"]
        return {
            "template": body if isinstance(body, str) else json.dumps(body),
            "parameters": {
                parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]
            },
        }

    @property
    def _artifacts(self) -> tuple[str, ...]:
        return ("--s3-bucket", self.bucket, "--s3-prefix", self.name)

    @property
    def _before(self) -> str:
        return f"{self.name}/before.json"

    @cached_property
    def _cloudformation(self) -> "CloudFormationClient":
        return boto3.client("cloudformation")

    @cached_property
    def _s3(self) -> "S3Client":
        return boto3.client("s3")


def _quoted(value: str) -> str:
    """Quote a value as ``--parameter-overrides`` takes it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _sam(*arguments: str) -> None:
    program = Path(sys.executable).with_name("sam")
    try:
        subprocess.run([program, *arguments, *_WITHOUT_SAMCONFIG], check=True)
    except subprocess.CalledProcessError as error:
        raise DeploymentError(f"sam {arguments[0]} failed; see above why") from error
