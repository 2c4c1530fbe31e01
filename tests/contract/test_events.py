"""events/*.json are requests that API Gateway could send, and the functions answer them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.mongod import running_mongod
from local.processes import free_port
from tests.contract import sam_template
from tests.contract.events import ANSWERING, EVENTS, FUNCTIONS, REQUESTS, STATUS, WITHOUT_A_ROUTE
from tests.contract.sam_template import PROJECT, Route
from tests.support.directories import data_directory
from tests.support.mongodb import own_mongod

NEED_MONGODB = ["create_organization", "health"]
Invoke = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def mongodb() -> Iterator[str]:
    binary = own_mongod()
    with (
        data_directory() as directory,
        running_mongod(binary, Path(directory) / "data", free_port()) as (_, uri),
    ):
        yield uri


def value_of(value: Any) -> str:
    """Return a text, the default of a parameter that has one, or the name of what is referred to."""
    if isinstance(value, str):
        return value
    name = value.get("Ref", "tenantry-test")
    return str(sam_template.template()["Parameters"].get(name, {}).get("Default") or name)


def environment(directory: str, mongodb_uri: str) -> dict[str, str]:
    """Return the environment that the template gives to a function, and credentials for the mocked AWS."""
    variables = {
        name: value_of(value) for name, value in sam_template.environment(FUNCTIONS[directory]).items()
    }
    variables["MASTER_DATABASE"] = f"master_{directory}"
    variables["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"] = ""
    return variables | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_SECRET_ACCESS_KEY": "test",
        "PATH": os.environ["PATH"],
        "TEST_MONGODB_URI": mongodb_uri,
    }


@pytest.fixture(scope="module")
def invoke(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Invoke]:
    """Invoke functions with their events, each in a process of its own."""
    answer = tmp_path_factory.mktemp("answers") / "answer.json"
    command: list[str | Path] = [sys.executable, Path(__file__).with_name("invoke_functions.py"), answer]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as invoker:
        requests, statuses = invoker.stdin, invoker.stdout
        assert requests
        assert statuses

        def invoke(directory: str, mongodb_uri: str) -> Any:
            function = str(PROJECT / "functions" / directory)
            invocation = [function, environment(directory, mongodb_uri), EVENTS[directory]]
            print(json.dumps(invocation), file=requests, flush=True)
            assert statuses.readline() == "0\n"
            return json.loads(answer.read_text())

        yield invoke
        requests.close()


def test_every_function_has_an_event() -> None:
    assert EVENTS.keys() == FUNCTIONS.keys()


@pytest.mark.parametrize("name", REQUESTS)
def test_event_is_a_request_to_a_route_of_its_function(name: str) -> None:
    event = EVENTS[name]
    route = Route(event["httpMethod"], event["resource"])
    assert sam_template.routes()[route] == FUNCTIONS[name]
    assert event["path"] == event["resource"].replace("+}", "}").format(**event["pathParameters"] or {})


@pytest.mark.parametrize("name", REQUESTS)
def test_event_agrees_with_itself(name: str) -> None:
    event, context = EVENTS[name], EVENTS[name]["requestContext"]
    assert event["multiValueHeaders"] == {header: [value] for header, value in event["headers"].items()}
    assert (context["httpMethod"], context["resourcePath"]) == (event["httpMethod"], event["resource"])
    assert context["path"] == f"/{context['stage']}{event['path']}"
    assert context["stage"] == "v1"
    assert context["identity"]["sourceIp"] == event["headers"]["X-Forwarded-For"]
    assert context["requestId"]


@pytest.mark.parametrize("name", REQUESTS)
def test_function_answers_its_event(name: str, mongodb: str, invoke: Invoke) -> None:
    answer = invoke(name, mongodb)
    assert answer["statusCode"] == STATUS[name]
    assert isinstance(answer["body"], str)
    if STATUS[name] >= 400:
        assert answer["multiValueHeaders"]["Content-Type"] == ["application/problem+json"]
        request_id = EVENTS[name]["requestContext"]["requestId"]
        assert json.loads(answer["body"])["instance"].endswith(request_id)


@pytest.mark.parametrize("name", sorted(WITHOUT_A_ROUTE - ANSWERING))
def test_function_without_a_route_takes_its_event(name: str, mongodb: str, invoke: Invoke) -> None:
    assert invoke(name, mongodb) is None


@pytest.mark.parametrize("name", NEED_MONGODB)
def test_function_without_mongodb_is_unavailable(name: str, invoke: Invoke) -> None:
    answer = invoke(name, f"mongodb://127.0.0.1:{free_port()}")
    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["code"] == "service-unavailable"
    assert answer["multiValueHeaders"]["Retry-After"]


def test_local_environment_sets_only_declared_variables() -> None:
    # sam local drops, without a word, what the template does not declare.
    overrides = json.loads((PROJECT / "events/env.json").read_text())["Parameters"]
    for function in FUNCTIONS.values():
        assert overrides.keys() <= sam_template.environment(function).keys()
