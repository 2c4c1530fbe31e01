"""POST /logout and /logout/everywhere: end one session, or all of the caller's account."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http
from tenantry.http import refresh_cookies
from tenantry.http.accounts import bodies
from tenantry.http.callers import Bearer
from tenantry.identity.logins import login

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body

app = APIGatewayRestResolver(enable_validation=True)


@app.post(
    "/logout",
    summary="Log out",
    operation_id="logout",
    tags=["Accounts"],
    status_code=HTTPStatus.NO_CONTENT,
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
)
def log_out(body: Annotated[bodies.RefreshToken, Body()]) -> Response[None]:
    """End the session of a refresh token; its access tokens are dead afterwards, too.

    The answer is the same if the session has ended before (RFC 7009 section 2.2).
    """
    login.log_out(body.refresh_token)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.post(
    "/logout/everywhere",
    summary="Log out everywhere",
    operation_id="logoutEverywhere",
    tags=["Accounts"],
    status_code=HTTPStatus.NO_CONTENT,
    security=[{"bearer": []}],
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.UNAUTHORIZED),
)
def log_out_everywhere(caller: Bearer) -> Response[None]:
    """End every session of the caller's account, this one as well."""
    login.log_out_everywhere(caller.account_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = refresh_cookies.handler(app)
