"""Every event through AWS's own command line tool, with functions in containers as on Lambda."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.processes import HOST, free_port, running, wait_until
from tests.contract.events import ANSWERING, EVENTS, FUNCTIONS, REQUESTS, STATUS, WITHOUT_A_ROUTE
from tests.contract.sam_template import PROJECT
from tests.sam_local.conftest import Sam, environment, output_of

START_SECONDS = 120.0
ANSWER_SECONDS = 120.0  # the first call of each function starts a container
# create_organization has run through `invoke` before.
AGAIN = STATUS | {"create_organization": 409}


def invoke(sam: Sam, name: str) -> Any:
    event = str(PROJECT / "events" / f"{name}.json")
    output = output_of(*sam("invoke", FUNCTIONS[name], "--event", event))
    return json.loads(output.strip().rpartition("\n")[2])


@pytest.fixture(scope="module")
def api_url(sam: Sam, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    command = sam("start-api", "--host", HOST, "--port", str(port), "--warm-containers", "LAZY")
    log = tmp_path_factory.mktemp("start-api") / "start-api.log"
    with running("sam local start-api", command, log, environment()) as child:
        wait_until(lambda: "Running on http" in log.read_text(), child, START_SECONDS)
        yield f"http://{HOST}:{port}"


@pytest.mark.parametrize("name", REQUESTS)
def test_invoke_answers_the_event(sam: Sam, name: str) -> None:
    assert invoke(sam, name)["statusCode"] == STATUS[name]


@pytest.mark.parametrize("name", sorted(WITHOUT_A_ROUTE - ANSWERING - {"rotate_signing_key"}))
def test_invoke_takes_the_event_of_a_schedule(sam: Sam, name: str) -> None:
    assert invoke(sam, name) is None


def test_rotation_gets_as_far_as_secrets_manager(sam: Sam) -> None:
    # sam local passes no endpoint on to the container, so there is none but the real one, which refuses.
    assert invoke(sam, "rotate_signing_key")["errorType"] in {"ClientError", "EndpointConnectionError"}


@pytest.mark.parametrize("name", REQUESTS)
def test_start_api_serves_the_route(api_url: str, name: str) -> None:
    event = EVENTS[name]
    headers = {field: value for field, value in event["headers"].items() if field != "Host"}
    answer = httpx.request(
        event["httpMethod"],
        api_url + event["path"],
        headers=headers,
        content=event["body"],
        timeout=ANSWER_SECONDS,
    )
    assert answer.status_code == AGAIN[name]
    if answer.is_error:
        assert answer.headers["Content-Type"] == "application/problem+json"
