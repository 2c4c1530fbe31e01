"""examples/nested is deployed on the local AWS, with Tenantry as `sam package` made it nested inside."""

import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from ministack.services.cloudformation.engine import _apply_sam_transform_if_applicable as expanded
from samcli.yamlhelper import parse_yaml_file, yaml_dump  # type: ignore[import-untyped]

from local.deployment import LocalAws, architecture, build, sam_environment
from local.ministack import running_ministack
from local.mongod import running_mongod
from local.mongod_programs import mongod_binary
from local.processes import free_port, run_to_end
from local.signing_key import rotate_key
from tests.e2e.http_service import HttpService
from tests.support.owners import sign_up

STACK_NAME = "notes-with-tenantry"
REQUEST_SECONDS = 60.0
SAM = str(Path(sys.executable).with_name("sam"))


class NestedStack(LocalAws):
    """The local AWS, whose stack of Tenantry is nested in another."""

    def physical_id(self, logical_id: str) -> str:
        """Return the id that the deployment gave to a resource of Tenantry's template."""
        client = self._session.client("cloudformation", endpoint_url=self.endpoint)
        outer = client.describe_stack_resource(StackName=STACK_NAME, LogicalResourceId="Tenantry")
        name = outer["StackResourceDetail"]["PhysicalResourceId"].split("/")[1]  # of its ARN
        detail = client.describe_stack_resource(StackName=name, LogicalResourceId=logical_id)
        return detail["StackResourceDetail"]["PhysicalResourceId"]

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the outer stack."""
        client = self._session.client("cloudformation", endpoint_url=self.endpoint)
        (stack,) = client.describe_stacks(StackName=STACK_NAME)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[NestedStack]:
    with running_ministack(tmp_path, free_port()) as (_, endpoint):
        yield NestedStack(endpoint)


@pytest.fixture
def mongodb_uri(tmp_path: Path) -> Iterator[str]:
    binary = mongod_binary()
    assert binary is not None
    with running_mongod(binary, tmp_path / "mongodb", free_port()) as (_, uri):
        yield uri


def packaged(tmp_path: Path, aws: NestedStack, path: Path) -> None:
    """Write what `make package` writes, expanded, for the local AWS expands outer stacks alone."""
    build(tmp_path)
    command = [SAM, "package", "--resolve-s3", "--template-file", str(tmp_path / "build/template.yaml")]
    command += ["--output-template-file", str(path)]
    run_to_end("sam package", command, tmp_path / "sam-package.log", sam_environment(tmp_path, aws.endpoint))
    path.write_text(yaml_dump(expanded(parse_yaml_file(str(path)))))


def deploy(tmp_path: Path, aws: NestedStack, example: Path, mongodb_uri: str) -> None:
    """Deploy the example, in the stage that the local AWS has all resources of."""
    template = example / "template.yaml"
    local = f"Stage: local\n        Architecture: {architecture()}"
    template.write_text(template.read_text().replace("Stage: prod", local))
    command = [SAM, "deploy", "--no-progressbar", "--template-file", str(template)]
    command += ["--config-file", str(example / "samconfig.toml")]
    secret = aws.create_secret("mongodb", mongodb_uri)
    command += ["--parameter-overrides", f"MongoDBUriSecretArn={secret}"]
    run_to_end("sam deploy", command, tmp_path / "sam-deploy.log", sam_environment(tmp_path, aws.endpoint))


@contextlib.contextmanager
def service_of(aws: NestedStack, api: str, stage: str) -> Iterator[HttpService]:
    """Speak to an API of the local AWS for the length of a ``with`` block."""
    url = f"{aws.endpoint}/_aws/execute-api/{api}/{stage}"
    with httpx.Client(base_url=url, timeout=REQUEST_SECONDS, trust_env=False) as client:
        yield HttpService(client)


def test_function_beside_a_nested_tenantry_serves_its_callers(
    tmp_path: Path, aws: NestedStack, mongodb_uri: str, examples: Path
) -> None:
    packaged(tmp_path, aws, examples / "nested/tenantry.yaml")
    deploy(tmp_path, aws, examples / "nested", mongodb_uri)
    rotate_key(aws)
    outputs = aws.outputs()
    (api,) = re.findall(r"https://(\w+)\.execute-api", outputs["TenantryUrl"])
    with service_of(aws, api, "v1") as tenantry, service_of(aws, outputs["ApiId"], "Prod") as notes:
        owner = sign_up(tenantry, "Google")
        assert notes.post("/notes", {"text": "buy milk"}, token=owner.token).status == 201
        assert notes.get("/notes", token=owner.token).json == [{"text": "buy milk"}]
        assert notes.get("/notes").code == "invalid-token"
