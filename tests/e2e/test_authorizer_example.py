"""examples/authorizer, deployed beside the stack: an API in another language behind Tenantry's authorizer."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.deployment import PROJECT, STACK_NAME, sam_environment
from local.processes import run_to_end
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService
from tests.support.owners import Owner

EXAMPLE = PROJECT / "examples/authorizer"
REQUEST_SECONDS = 30.0

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")


@pytest.fixture(scope="module")
def api(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpService]:
    state, endpoint = tmp_path_factory.mktemp("authorizer"), deployment.aws.endpoint
    described = deployment.aws_client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}
    command = [str(Path(sys.executable).with_name("sam")), "deploy", "--no-progressbar"]
    for option, name in (("--template-file", "template.yaml"), ("--config-file", "samconfig.toml")):
        command += [option, str(EXAMPLE / name)]
    command += [
        "--parameter-overrides",
        f"AuthorizerFunctionArn={outputs['AuthorizerFunctionArn']}",
        f"ApiUrl={endpoint}/_aws/execute-api/{outputs['ApiId']}/v1",
    ]
    run_to_end("sam deploy", command, state / "sam-deploy.log", sam_environment(state, endpoint))
    stack = deployment.aws_client("cloudformation").describe_stacks(StackName="tenantry-summary")["Stacks"][0]
    (api_id,) = [each["OutputValue"] for each in stack["Outputs"] if each["OutputKey"] == "ApiId"]
    url = f"{endpoint}/_aws/execute-api/{api_id}/v1"
    with httpx.Client(base_url=url, timeout=REQUEST_SECONDS, trust_env=False) as client:
        yield HttpService(client)


def test_a_function_in_another_language_learns_whose_request_it_is(
    service: HttpService, owner: Owner, api: HttpService
) -> None:
    assert service.post(f"{owner.path}/documents", {"text": "counted"}, token=owner.token).status == 201
    answer = api.get("/summary", token=owner.token)
    assert (answer.status, answer.json) == (
        200,
        {"organization": owner.slug, "role": "owner", "documents": 1},
    )
    for token in (None, "x", owner.token[:-2]):
        assert api.get("/summary", token=token).status == 401
    assert service.delete(owner.path, token=owner.token).status == 204
    assert api.get("/summary", token=owner.token).status == 401
