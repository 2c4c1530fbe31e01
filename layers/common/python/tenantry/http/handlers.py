"""The Lambda handler that stands in front of every resolver."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, cast

import pymongo
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.utilities.typing import LambdaContext
from pymongo.errors import PyMongoError

from tenantry.errors import MethodNotAllowed, TenantryError
from tenantry.http import admission, cors, former_slugs, methods, paths
from tenantry.http.bodies import JSON, MERGE_PATCH, check_body
from tenantry.http.preconditions import conditional
from tenantry.http.problems import error_of, gateway_response, register_problems, request_id
from tenantry.http.remembering import remember
from tenantry.identity import presuming
from tenantry.identity.mail import waking
from tenantry.registry import issuer
from tenantry.registry.usage import counting
from tenantry.runtime import request_context
from tenantry.runtime.clients import REQUEST_TIMEOUT_SECONDS
from tenantry.runtime.observability import count, logger, metrics

Check = Callable[[Mapping[str, Any]], None]
Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

HEADERS: Final = {
    "Cache-Control": "no-store",
    # Addresses of pages that the API answers, such as /docs, are nobody else's business.
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


def lambda_handler(
    app: APIGatewayRestResolver,
    check: Check = check_body,
    methods_elsewhere: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Handler:
    """Make the Lambda handler of a resolver.

    It refuses paths that are not canonical and malformed bodies, knows its routes behind any base path,
    answers HEAD as GET without its content, OPTIONS and what is not allowed with the methods that there are,
    and every exception with a problem document, lets pages of allowed origins read each answer, bounds the
    time that the database may take, wakes the sender of mails if one was queued, counts the request for the
    organization that sent it, logs one line per request, and counts answers by class of status.

    Parameters
    ----------
    app : APIGatewayRestResolver
        The function's resolver, with its routes.
    check : callable
        Raises a TenantryError for a proxy event whose body no route of the function accepts. What it lets
        pass as a merge patch, Powertools takes for JSON.
    methods_elsewhere : mapping of str to collection of str
        Methods of the same path that other functions answer, by the path as its route here names it.
    """
    register_problems(app)
    remember()

    @metrics.log_metrics(capture_cold_start_metric=True)
    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        logger.set_correlation_id(request_id(event))
        with request_context.answering(request_id(event), _source_address(event), _user_agent(event)):
            admission.begin()
            answer = _answer(app, check, methods_elsewhere, event, context)
            waking.wake_sender()
            counting.count(answer["statusCode"])
        # Always a string, also where the answer has no content (204).
        answer["body"] = "" if event["httpMethod"] == "HEAD" else answer.get("body") or ""
        for name, value in HEADERS.items():
            answer["multiValueHeaders"].setdefault(name, [value])
        former_slugs.announce(event, answer)
        cors.share(event, answer)
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
    check: Check,
    methods_elsewhere: Mapping[str, Collection[str]],
    event: dict[str, Any],
    context: LambdaContext,
) -> dict[str, Any]:
    method, headers = event["httpMethod"], _with_lower_case_media_type(event.get("headers") or {})
    try:
        path = paths.routed(event)
        event = event | {"path": path, "headers": headers}
        allowed = methods.allowed(app, path, methods_elsewhere)
        if method == "OPTIONS" and allowed:
            return methods.options(allowed)
        if allowed and method not in allowed:
            raise MethodNotAllowed.of(allowed)
        check(event)
        return _resolved(app, event, context)
    except (TenantryError, PyMongoError) as error:
        return gateway_response(error_of(error), request_id(event))


def _resolved(app: APIGatewayRestResolver, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return the answer of the route, to HEAD that of GET."""
    if event["httpMethod"] == "HEAD":
        event = event | {"httpMethod": "GET"}
    event = event | {"headers": _with_json_for_merge_patch(event["headers"])}
    with pymongo.timeout(REQUEST_TIMEOUT_SECONDS):
        issuer.check()
        answer = presuming.confirmed(lambda: app.resolve(event, context), admission.forget)
        return conditional(event, answer)


def _source_address(event: Mapping[str, Any]) -> str | None:
    """Return the address that API Gateway saw; X-Forwarded-For also holds what the client wrote there."""
    address: str | None = event["requestContext"].get("identity", {}).get("sourceIp")
    return address


def _user_agent(event: Mapping[str, Any]) -> str | None:
    user_agent: str | None = event["requestContext"].get("identity", {}).get("userAgent")
    return user_agent


def _with_lower_case_media_type(headers: Mapping[str, str]) -> dict[str, str]:
    """Write Content-Type in lower case, which alone Powertools knows (RFC 9110 section 8.3.1)."""
    return {
        name: value.lower() if name.lower() == "content-type" else value for name, value in headers.items()
    }


def _with_json_for_merge_patch(headers: Mapping[str, str]) -> dict[str, str]:
    """Call a merge patch JSON, which it is, for Powertools knows it by no other name."""
    return {
        name: value.replace(MERGE_PATCH, JSON) if name.lower() == "content-type" else value
        for name, value in headers.items()
    }
