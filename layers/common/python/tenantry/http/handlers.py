"""The Lambda handler that stands in front of every resolver."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, cast
from urllib.parse import quote

import pymongo
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.utilities.typing import LambdaContext
from pymongo.errors import PyMongoError

from tenantry import issuer, request_context
from tenantry.errors import NotFound, TenantryError
from tenantry.http.bodies import check_body
from tenantry.http.preconditions import conditional
from tenantry.http.problems import error_of, gateway_response, register_problems, request_id
from tenantry.mongodb import REQUEST_TIMEOUT_SECONDS
from tenantry.observability import count, logger, metrics

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


# Gateways differ in whether they decode the path, and Powertools routes no path with, say, a quotation mark.
URL_CHARACTERS: Final = "%/:@-._~!$&'()*+,;="
# A segment that is empty or of dots alone: what gateways and firewalls drop, each in its own way.
_DROPPED_SEGMENT: Final = re.compile(r"/(?:\.|%2[Ee]){0,2}(?:/|$)")


def lambda_handler(
    app: APIGatewayRestResolver, check: Callable[[Mapping[str, Any]], None] = check_body
) -> Handler:
    """Make the Lambda handler of a resolver.

    It refuses paths that are not canonical and malformed bodies, answers every exception with a problem
    document, bounds the time that the database may take, logs one line per request, and counts answers by
    class of status.

    Parameters
    ----------
    app : APIGatewayRestResolver
        The function's resolver, with its routes.
    check : callable
        Raises a TenantryError for a proxy event whose body no route of the function accepts.
    """
    register_problems(app)

    @metrics.log_metrics(capture_cold_start_metric=True)
    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        logger.set_correlation_id(request_id(event))
        with request_context.answering(request_id(event), _source_address(event)):
            answer = _answer(app, check, event, context)
        answer["body"] = answer.get("body") or ""  # a string also where there is none (204)
        for name, value in HEADERS.items():
            answer["multiValueHeaders"].setdefault(name, [value])
        count(f"Answers{answer['statusCode'] // 100}xx")
        logger.info(
            "Answered",
            method=event["httpMethod"],
            resource=event.get("resource"),
            status=answer["statusCode"],
        )
        return answer

    return cast("Handler", handler)


def _answer(
    app: APIGatewayRestResolver,
    check: Callable[[Mapping[str, Any]], None],
    event: dict[str, Any],
    context: LambdaContext,
) -> dict[str, Any]:
    event = event | {
        "headers": _with_lower_case_media_type(event.get("headers") or {}),
        "path": quote(event["path"], safe=URL_CHARACTERS),
    }
    try:
        _check_path(event["path"])
        check(event)
        with pymongo.timeout(REQUEST_TIMEOUT_SECONDS):
            issuer.check()
            return conditional(event, app.resolve(event, context))
    except (TenantryError, PyMongoError) as error:
        return gateway_response(error_of(error), request_id(event))


def _check_path(path: str) -> None:
    """Refuse a second spelling of a path, which rules about paths may not know (RFC 3986 section 6.2.2).

    Names of routes are compared as they are sent. What stands for a parameter may be percent-encoded.
    """
    if path != "/" and _DROPPED_SEGMENT.search(path):
        raise NotFound


def _source_address(event: Mapping[str, Any]) -> str | None:
    """Return the address that API Gateway saw; X-Forwarded-For also holds what the client wrote there."""
    address: str | None = event["requestContext"].get("identity", {}).get("sourceIp")
    return address


def _with_lower_case_media_type(headers: Mapping[str, str]) -> dict[str, str]:
    """Media types have no case (RFC 9110 section 8.3.1), but Powertools knows them in lower case alone."""
    return {
        name: value.lower() if name.lower() == "content-type" else value for name, value in headers.items()
    }
