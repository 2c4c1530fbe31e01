"""The service's functions in this process, called with the events that API Gateway would send them."""

import importlib.util
import json
import os
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

from aws_lambda_powertools.metrics.provider import cold_start
from pymongo.errors import OperationFailure

from cli.console.problems import Answer, Problem, not_found
from cli.console.requests import HOST
from tenantry.lifecycle.oversight.findings import FORBIDDEN, reason_of
from tenantry.runtime import server_errors
from tenantry.runtime.observability import logger, metrics, watches_failures

# Beside the commands in a wheel, and beside their package in a checkout.
_PLACES: Final = [Path(__file__).resolve().parents[number] / "functions" for number in (1, 2)]
ROOT: Final = next((place for place in _PLACES if place.is_dir()), _PLACES[-1])
NOT_PERMITTED: Final = {server_errors.UNAUTHORIZED, server_errors.ATLAS_ERROR}
MAX_PARAMETERS: Final = 100
# What the resolvers of Powertools answer is kept in one place for all of them (BaseRouter.current_event).
_one_at_a_time: Final = Lock()
_failures: Final = ContextVar[list[BaseException] | None]("failures", default=None)

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class Route(NamedTuple):
    """A route of a function; `resource` is its path as API Gateway has it."""

    method: str
    resource: str
    pattern: re.Pattern[str]
    handler: Handler


@dataclass(frozen=True, slots=True)
class Context:
    """What handlers use of Lambda's context object."""

    function_name: str = "tenantry-console"
    memory_limit_in_mb: int = 0
    invoked_function_arn: str = "arn:aws:lambda:local:0:function:tenantry-console"
    aws_request_id: str = ""


def prepare(issuer: str | None) -> None:
    """Let the functions of this process, which is no execution environment of Lambda, work for an operator.

    They write neither metrics nor a log, since `call` tells what goes wrong.

    Parameters
    ----------
    issuer : str or None
        Whom the master database belongs to. As commands do, they work on whosever database they are told to.
    """
    os.environ |= {"POWERTOOLS_METRICS_DISABLED": "true"} | ({"TOKEN_ISSUER": issuer} if issuer else {})
    cold_start.is_cold_start = False
    logger.setLevel("CRITICAL")


@cache
def routes(prefix: str) -> list[Route]:
    """Return the functions' routes whose paths begin like this, as the functions' own apps have them."""
    return [route for source in sorted(ROOT.glob("*/app.py")) for route in _routes_of(source, prefix)]


def _routes_of(source: Path, prefix: str) -> Iterator[Route]:
    if f'"{prefix}' not in source.read_text():
        return  # importing all functions takes seconds
    name = f"functions.{source.parent.name}"
    spec = importlib.util.spec_from_file_location(name, source)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import {source}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for route in [*module.app._static_routes, *module.app._dynamic_routes]:
        if route.path.startswith(prefix):
            yield Route(
                route.method, re.sub(r"<(\w+)>", r"{\1}", route.path), route.rule, module.lambda_handler
            )


def call(prefix: str, event: dict[str, Any]) -> Answer:
    """Let the function of a route answer a request.

    Parameters
    ----------
    prefix : str
        What the paths of routes to choose from begin with.
    event : dict
        From `event_of`.

    Raises
    ------
    Problem
        There is no such route, or MongoDB cannot be used, or does not permit it to the user of the
        connection string.
    """
    path, failures = event["path"], list[BaseException]()
    matching = [route for route in routes(prefix) if route.pattern.match(path)]
    if not matching:
        raise not_found()
    # A method without a route goes to a function of the path, which says what is allowed.
    route = min(matching, key=lambda route: route.method != event["httpMethod"])
    event["resource"] = event["requestContext"]["resourcePath"] = route.resource
    with _one_at_a_time:
        token = _failures.set(failures)
        try:
            answer = route.handler(event, Context())
        finally:
            _failures.reset(token)
            metrics.clear_metrics()  # that CloudWatch alone would read
    _check(answer, failures)
    fields = {name: ", ".join(values) for name, values in answer["multiValueHeaders"].items()}
    return Answer(answer["statusCode"], fields, answer["body"].encode())


def event_of(
    method: str, target: str, fields: Mapping[str, str], body: bytes, operator: str
) -> dict[str, Any]:
    """Return the proxy event of a request that the operator sends.

    Parameters
    ----------
    method, target
        As the request line has them.
    fields
        Header fields, their names in lower case.
    body
        Of the request.
    operator
        Who that is, for the audit record.
    """
    path, _, query = target.partition("?")
    try:
        parameters = parse_qs(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
        text = body.decode() if body else None
    except ValueError:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "malformed-request", "Send UTF-8, and fewer parameters."
        ) from None
    sent = {name: value for name, value in fields.items() if name != "authorization"}
    return {
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in parameters.items()} or None,
        "multiValueQueryStringParameters": parameters or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "path": path,
            "httpMethod": method,
            "requestId": str(uuid.uuid4()),
            "identity": {"userArn": operator, "sourceIp": HOST, "userAgent": sent.get("user-agent")},
        },
        "body": text,
        "isBase64Encoded": False,
    }


@watches_failures
def _note(error: BaseException) -> None:
    noted = _failures.get()
    if noted is not None:
        noted.append(error)


def _check(answer: Mapping[str, Any], failures: list[BaseException]) -> None:
    """Raise why MongoDB cannot be used, which the service's clients are not told, but its operator is."""
    if failures and answer["statusCode"] == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise failures[-1]
    if not failures or answer["statusCode"] != HTTPStatus.SERVICE_UNAVAILABLE:
        return
    error = failures[-1].__cause__ or failures[-1]
    if isinstance(error, Exception):
        raise unusable(error, json.loads(answer["body"])["detail"])


def unusable(error: Exception, detail: str) -> Problem:
    """Return what the operator is told where MongoDB cannot be used, or does not permit something."""
    if isinstance(error, OperationFailure) and error.code in NOT_PERMITTED:
        return Problem(
            HTTPStatus.FORBIDDEN,
            "not-permitted",
            f"MongoDB does not permit this to the user of the connection string: {FORBIDDEN}.",
        )
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "service-unavailable", f"{detail} {reason_of(error)}")
