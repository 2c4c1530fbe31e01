"""examples/notes, deployed beside the stack as docs/functions.md says: a function of a user's own."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import jmespath  # type: ignore[import-untyped]
import pytest

from local.deployment import PROJECT, STACK_NAME, sam_environment
from local.processes import run_to_end
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService, unique
from tests.support.owners import Owner, sign_up

EXAMPLE = PROJECT / "examples/notes"
EXAMPLE_STACK_NAME = "tenantry-notes"
REQUEST_SECONDS = 30.0


def outputs(deployment: Deployment, stack_name: str) -> list[str]:
    """Return name=value of each output of a stack, as the command in docs/functions.md does."""
    (query,) = re.findall(r'--query "(Stacks.*)"', (PROJECT / "docs/functions.md").read_text())
    described = deployment.aws_client("cloudformation").describe_stacks(StackName=stack_name)
    return list(jmespath.search(query, described))


@pytest.fixture(scope="module")
def notes(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpService]:
    state = tmp_path_factory.mktemp("notes")
    endpoint = deployment.aws.endpoint
    command = [str(Path(sys.executable).with_name("sam")), "deploy", "--no-progressbar"]
    for option, name in (("--template-file", "template.yaml"), ("--config-file", "samconfig.toml")):
        command += [option, str(EXAMPLE / name)]
    command += ["--parameter-overrides", *outputs(deployment, STACK_NAME)]
    run_to_end("sam deploy", command, state / "sam-deploy.log", sam_environment(state, endpoint))
    api = dict(output.split("=", 1) for output in outputs(deployment, EXAMPLE_STACK_NAME))["ApiId"]
    url = f"{endpoint}/_aws/execute-api/{api}/Prod"
    with httpx.Client(base_url=url, timeout=REQUEST_SECONDS, trust_env=False) as client:
        yield HttpService(client)


def test_each_caller_adds_and_sees_its_own_notes_also_after_a_rename(
    service: HttpService, owner: Owner, notes: HttpService
) -> None:
    amazon = sign_up(service, unique("Amazon"))
    for text in ("buy milk", "call Ada"):
        added = notes.post("/notes", {"text": text}, token=owner.token)
        assert (added.status, added.json) == (201, {"text": text})
    assert notes.post("/notes", {"text": "of Amazon"}, token=amazon.token).status == 201

    assert service.patch(owner.path, {"name": unique("Alphabet")}, token=owner.token).status == 200

    notes_of_owner = notes.get("/notes", token=owner.token).json
    assert sorted(note["text"] for note in notes_of_owner) == ["buy milk", "call Ada"]
    assert notes.get("/notes", token=amazon.token).json == [{"text": "of Amazon"}]


def test_a_function_of_ones_own_answers_in_the_words_of_the_layer(owner: Owner, notes: HttpService) -> None:
    assert notes.get("/notes").code == "invalid-token"
    refused = notes.post("/notes", {"text": ""}, token=owner.token)
    assert (refused.status, refused.code) == (422, "invalid-fields")
    assert refused.json["errors"][0]["field"] == "text"


def test_a_page_of_an_allowed_origin_may_call_it(deployment: Deployment, notes: HttpService) -> None:
    for origin, named in ((deployment.allowed_origins[1], deployment.allowed_origins[1]), ("null", None)):
        preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = notes.request("OPTIONS", "/notes", headers=preflight)
        assert (answer.status, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
        assert answer.headers.get("access-control-allow-origin") == named
        assert notes.get("/notes", headers=preflight).headers.get("access-control-allow-origin") == named


def test_token_of_a_deleted_organization_is_dead_there_too(
    service: HttpService, owner: Owner, notes: HttpService
) -> None:
    assert service.delete(owner.path, token=owner.token).status == 204
    assert notes.get("/notes", token=owner.token).status == 401
