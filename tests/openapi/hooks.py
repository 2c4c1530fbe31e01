"""How Schemathesis logs in, what it sends, and what it checks besides its own; it loads this module."""

import json
import os
from collections import defaultdict
from itertools import count
from typing import Any
from urllib.parse import quote, urlsplit

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

from tests.openapi import command
from tests.openapi.callers import TIMEOUT_SECONDS, Callers
from tests.support.gateway import SIGNATURE
from tests.support.owners import PASSWORD

API_URL = os.environ[command.API_URL]
CALLERS = Callers(API_URL)
IS_STATEFUL = os.environ[command.PHASES] == command.STATEFUL
PEER: dict[str, Any] = json.loads(os.environ[command.PEER])
EVERY_BORDER = os.environ.get(command.COVERAGE) == "all"
BORDERS: dict[str, Any] = defaultdict(count)  # of each operation, counted
type Case = schemathesis.Case[Any]
EXTENDED_JSON = "application/ejson"
LINES = "application/x-ndjson"


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Leave lines of JSON out: to a schema they are any text."""
    for item in raw_schema["paths"].values():
        for operation in item.values():
            operation.get("requestBody", {"content": {}})["content"].pop(LINES, None)


def organization_of(case: Case) -> str:
    return str((case.path_parameters or {}).get("organization", ""))


def known_organization_of(case: Case) -> str:
    return organization_of(case) if organization_of(case) in CALLERS else ""


def is_of_operator(case: Case) -> bool:
    return case.path.startswith("/operator/")


@schemathesis.auth(cache_by_key=lambda case, context: known_organization_of(case))
class BearerToken:
    """The token for the organization in the path if the run has created it, else the current caller's."""

    def get(self, case: Case, context: Any) -> str:
        return CALLERS.token_for(known_organization_of(case))

    def set(self, case: Case, data: str, context: Any) -> None:
        case.headers["Authorization"] = SIGNATURE if is_of_operator(case) else f"Bearer {data}"


@schemathesis.hook
def filter_case(context: Any, case: Case) -> bool:
    """Send every third request of those at the borders of an operation's schemas, unless all are wanted."""
    if EVERY_BORDER or case.meta is None or case.meta.phase.name != TestPhase.COVERAGE:
        return True
    return bool(next(BORDERS[case.operation.label]) % 3 == 0)


@schemathesis.hook
def before_call(context: Any, case: Case, kwargs: dict[str, Any]) -> None:
    """Name an organization that exists."""
    if case.meta is None:
        return
    path, body = (case.meta.components.get(part) for part in (ParameterLocation.PATH, ParameterLocation.BODY))
    names_one = "organization" in case.path_parameters
    if path and path.mode.is_positive and names_one and not known_organization_of(case):
        case.path_parameters["organization"] = CALLERS.current.id
    if IS_STATEFUL and body and body.mode.is_positive:
        act_as_a_person(case)


def act_as_a_person(case: Case) -> None:
    """Sign up and log in with what is accepted, for what is refused leads nowhere."""
    if case.path == "/organizations":
        case.headers.pop("Authorization", None)  # with a token, e-mail and password are refused
        case.body = {"email": f"{case.id}@example.com", "password": PASSWORD, "name": f"Made {case.id}"}
    elif case.path == "/login" and isinstance(case.body, dict) and case.body.get("password") != PASSWORD:
        case.body = CALLERS.current.credentials


@schemathesis.hook
def after_call(context: Any, case: Case, response: schemathesis.Response) -> None:
    """Remember who owns what has been created."""
    if case.path.endswith("/organizations") and response.status_code == 201 and isinstance(case.body, dict):
        CALLERS.remember(case.body, response.json()["organization"])


@schemathesis.check
def peer_stays_hidden(ctx: Any, response: schemathesis.Response, case: Case) -> None:
    """Send every request once more, with the same token, about the peer: it is refused and shows nothing."""
    if is_of_operator(case):
        return  # who may see every organization
    asked = f"{response.request.url} {response.request.body!r}"
    check_shows_nothing(response.text, asked)
    if "{organization}" not in case.path:
        return
    query = urlsplit(response.request.url or "").query
    for organization in PEER["organizations"]:
        request = response.request.copy()
        path = case.path.format_map(PEER | {"organization": organization})
        request.url = f"{API_URL}{quote(path)}?{query}"
        answer = requests.Session().send(request, timeout=TIMEOUT_SECONDS)
        assert 400 <= answer.status_code < 500, f"{answer.status_code} for {request.url}: {answer.text}"
        check_shows_nothing(answer.text, asked)


def check_shows_nothing(text: str, asked: str) -> None:
    """Check that an answer has no secret but those that the request has from answers to the operator."""
    shown = [secret for secret in PEER["secrets"] if secret in text and secret not in asked]
    assert not shown, f"an answer shows {shown} of the peer"


@schemathesis.serializer(EXTENDED_JSON)
def extended_json(context: Any, value: Any) -> bytes:
    return json.dumps(value).encode()


@schemathesis.deserializer(EXTENDED_JSON)
def parsed_extended_json(context: Any, response: schemathesis.Response) -> Any:
    return json.loads(response.content)
