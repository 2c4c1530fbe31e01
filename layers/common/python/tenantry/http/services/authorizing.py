"""A Lambda authorizer of API Gateway, for APIs whose functions do not use this library.

It takes the events of REST APIs (TOKEN and REQUEST), and of HTTP APIs with the payload format 2.0 and simple
responses:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import pymongo
from aws_lambda_powertools.utilities.typing import LambdaContext

from tenantry.errors import (
    InsufficientScope,
    InvalidToken,
    OrganizationNotFound,
    TenantryError,
    TooManyRequests,
)
from tenantry.http import admission
from tenantry.http.header_fields import bearer_token, value_of
from tenantry.http.services import callers
from tenantry.identity.api_keys.access import KeyAccess
from tenantry.identity.authentication import Caller, actor_of, caller_of, rate_of
from tenantry.identity.roles import scopes_for
from tenantry.registry import issuer
from tenantry.registry.usage import counting
from tenantry.runtime import request_context
from tenantry.runtime.clients import REQUEST_TIMEOUT_SECONDS
from tenantry.runtime.observability import count, log_failure, logger, metrics

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
NOBODY: Final = "nobody"  # the principal of a request that may not pass; a REST API needs some

Event = Mapping[str, Any]
Answer = dict[str, Any]


class Unauthorized(Exception):
    """Makes a REST API answer 401, as no other error does."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


@metrics.log_metrics(capture_cold_start_metric=True)
@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Answer:
    """Tell API Gateway whether a request may pass, and who sends it.

    A request with an access token for an organization passes. One with an API key passes if the key may read
    documents, or write them where the method is not in `READING`. It counts as a request of the organization,
    and for the rates of both. All values of the context are strings, for REST APIs have no others.

    Raises
    ------
    Unauthorized
        To a REST API: the token is not valid at this moment.
    Exception
        It cannot be told. API Gateway answers 500 and lets nobody pass.
    """
    with request_context.answering(context.aws_request_id, _source_address(event)):
        admission.begin()
        try:
            return _answer(event)
        except Unauthorized:
            raise
        except Exception as error:
            count("AuthorizerFailed")
            log_failure("The authorizer cannot tell", error)
            raise


def _answer(event: Event) -> Answer:
    try:
        with pymongo.timeout(REQUEST_TIMEOUT_SECONDS):
            issuer.check()
            caller = _caller(event)
            permission = _answered(event, caller.caller_id, "Allow", _context(caller))
    except (InvalidToken, InsufficientScope, OrganizationNotFound, TooManyRequests) as refused:
        count("AuthorizerRefused")
        if isinstance(refused, InvalidToken) and not _is_of_http_api(event):
            raise Unauthorized from None
        return _refused(event, refused)
    counting.count(HTTPStatus.OK)
    count("AuthorizerAllowed")
    return permission


def _caller(event: Event) -> Caller:
    authenticated = callers.authenticate(_token(event))
    caller = caller_of(authenticated)
    if caller is None:
        raise OrganizationNotFound
    admission.note(actor_of(authenticated), caller.organization, rate_of(authenticated))
    if isinstance(caller, KeyAccess):
        scopes = scopes_for("read documents" if _method(event) in READING else "write documents")
        if not caller.has_one_of(scopes):
            raise InsufficientScope.of(scopes)
    return caller


def _context(caller: Caller) -> dict[str, str]:
    """Return what functions behind API Gateway are told, without names that have no value."""
    told = callers.organization_of(caller.organization)
    named = {f"organization_{name}": told[name] for name in ("id", "slug", "version")}
    limits = {f"limit_{name}": limit for name, limit in told["limits"].items()}
    who = (
        {"key_id": caller.key_id, "scope": " ".join(caller.scopes)}
        if isinstance(caller, KeyAccess)
        else {"account_id": caller.account_id, "role": caller.role}
    )
    return {name: str(value) for name, value in (named | who | limits | (told["place"] or {})).items()}


def _refused(event: Event, error: TenantryError) -> Answer:
    return _answered(event, NOBODY, "Deny", {"error": error.code})


def _answered(event: Event, principal: str, effect: str, context: dict[str, str]) -> Answer:
    """Write an answer in the form of the API.

    A policy is for the method whatever the path, of which nothing depends. A client writes the path, in which
    `*` and `?` are wildcards of a policy, and no ARN in one may be longer than 512 characters:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
    """
    if _is_of_http_api(event):
        return {"isAuthorized": effect == "Allow", "context": context}
    resource = "/".join([*event["methodArn"].split("/")[:3], "*"])
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }


def _token(event: Event) -> str:
    return bearer_token(event.get("authorizationToken") or value_of(event, "authorization") or "")


def _method(event: Event) -> str:
    if _is_of_http_api(event):
        return str(event["requestContext"]["http"]["method"])
    return str(event["methodArn"].split("/")[2])


def _source_address(event: Event) -> str | None:
    """Return the address that API Gateway saw; None for TOKEN, which is told none."""
    context = event.get("requestContext", {})
    address: str | None = (context.get("identity") or context.get("http") or {}).get("sourceIp")
    return address


def _is_of_http_api(event: Event) -> bool:
    return bool(event.get("version") == "2.0")
