"""The refresh token in a cookie, for pages of the API's own origin, whose scripts never see it then.

A request asks for that with ``X-Refresh-Token: cookie``; without this field, cookies are neither read nor
set. The field is the protection against forged requests (CSRF): a form cannot send it, and the script of
another origin only if a preflight allows it, which none does (`tenantry.http.cors.REQUEST_FIELDS`). In
addition, SameSite=Strict withholds the cookie from requests of other sites, and ``Sec-Fetch-Site``, which no
script can set, has to be ``same-origin`` where a browser sends it (https://www.w3.org/TR/fetch-metadata/).
The prefix ``__Host-`` keeps other hosts of the same site from setting a cookie of this name
(https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis section 4.1.3.2).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.utilities.typing import LambdaContext

from tenantry.errors import CrossSiteRequest, InvalidFields, MalformedRequest
from tenantry.http.bodies import check_body
from tenantry.http.handlers import Handler, lambda_handler
from tenantry.http.header_fields import value_of
from tenantry.identity.sessions import LIFETIME
from tenantry.runtime.settings import settings

FIELD: Final = "X-Refresh-Token"
COOKIE: Final = "cookie"
TAKING: Final = frozenset({"/login/refresh", "/login/switch", "/logout"})
"""Resources whose requests have a refresh token."""

_ENDING: Final = frozenset({"/logout", "/logout/everywhere"})
_ATTRIBUTES: Final = "Path=/; Secure; HttpOnly; SameSite=Strict"
# Whatever else a browser has under this name is no refresh token, and nothing of it gets into a body.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_JSON_SPACE: Final = " \t\r\n"


def cookie_name() -> str:
    """Return the cookie's name, which is another one for each issuer.

    ``__Host-`` asks for ``Path=/``, so deployments behind several paths of one host, or several ports, get
    each other's cookies.
    """
    return f"__Host-tenantry-{hashlib.sha256(settings().token_issuer.encode()).hexdigest()[:16]}"


def handler(app: APIGatewayRestResolver) -> Handler:
    """Make the Lambda handler, as `lambda_handler`, of routes of which some give or take refresh tokens."""
    answer = lambda_handler(app, _check)

    def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        if value_of(event, FIELD.lower()) is None:
            return answer(event, context)
        return _with_cookie(event, answer(_with_token(event), context))

    return handle


def _check(event: Mapping[str, Any]) -> None:
    """Refuse what `check_body` refuses, and what did not come from a page of the API's own origin.

    Raises
    ------
    CrossSiteRequest, MalformedRequest, InvalidFields
    """
    wanted = value_of(event, FIELD.lower())
    if wanted is not None and (event.get("body") or "").count('"refresh_token"') > 1:
        raise InvalidFields.of("refresh_token", "is in the cookie, so leave it out")
    check_body(event)
    if wanted is None:
        return
    if wanted != COOKIE:
        raise MalformedRequest(f"{FIELD} must be {COOKIE}.")
    if value_of(event, "sec-fetch-site") not in {None, "same-origin"}:
        raise CrossSiteRequest


def _with_token(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event with the cookie's token in its body; with none, a token that is refused.

    It is put in front of the members that are there, so that one that is sent as well is there twice, which
    no body may have.
    """
    if event.get("resource") not in TAKING or event["httpMethod"] != "POST" or event.get("isBase64Encoded"):
        return dict(event)
    body = (event.get("body") or "{}").strip(_JSON_SPACE)
    if not body.startswith("{"):
        return dict(event)
    members = body[1:].lstrip(_JSON_SPACE)
    token = json.dumps({"refresh_token": _token_in(value_of(event, "cookie") or "")}).removesuffix("}")
    return {**event, "body": token + ("" if members.startswith("}") else ", ") + members}


def _token_in(cookies: str) -> str:
    """Return the token in the field Cookie (RFC 6265 section 5.4), or nothing."""
    wanted = cookie_name()
    for pair in cookies.split(";"):
        name, _, value = pair.strip(" \t").partition("=")
        if name == wanted and _TOKEN.fullmatch(value):
            return value
    return ""


def _with_cookie(event: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with the refresh token moved from its body, or with the end of a useless cookie."""
    resource, status = event.get("resource"), answer["statusCode"]
    refused = resource in TAKING and status == HTTPStatus.UNAUTHORIZED
    if refused or (resource in _ENDING and status == HTTPStatus.NO_CONTENT):
        answer["multiValueHeaders"]["Set-Cookie"] = [f"{cookie_name()}=; {_ATTRIBUTES}; Max-Age=0"]
    if status == HTTPStatus.OK:
        body = json.loads(answer["body"])
        if token := body.pop("refresh_token", None):
            seconds = int(LIFETIME.total_seconds())
            answer["multiValueHeaders"]["Set-Cookie"] = [
                f"{cookie_name()}={token}; {_ATTRIBUTES}; Max-Age={seconds}"
            ]
            answer["body"] = json.dumps(body, separators=(",", ":"))
    return answer
