"""POST /login/refresh and /login/switch: exchange a refresh token for the next tokens of its session."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http import refresh_cookies
from tenantry.http.accounts import bodies
from tenantry.http.accounts.representations import tokens_of
from tenantry.identity.logins import login, switching

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.params import Body

app = APIGatewayRestResolver(enable_validation=True)


@app.post(
    "/login/refresh",
    summary="Refresh the tokens",
    operation_id="refresh",
    tags=["Accounts"],
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.accounts.answers:Tokens",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
    ),
)
def refresh(body: Annotated[bodies.RefreshToken, Body()]) -> dict[str, Any]:
    """Get the next access and refresh token of a session.

    Each refresh token is for one use. Sent again within 30 seconds, because the answer got lost or another
    tab was first, it gives the session's current refresh token; sent later, it ends the session, for somebody
    else may have a copy.
    """
    return tokens_of(login.refresh(body.refresh_token))


@app.post(
    "/login/switch",
    summary="Switch to another organization",
    operation_id="switchOrganization",
    tags=["Accounts"],
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.accounts.answers:Tokens",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
    ),
)
def switch_organization(body: Annotated[bodies.SwitchOrganization, Body()]) -> dict[str, Any]:
    """Move the session to another organization of its account, and get the tokens for it.

    It is a refresh as well: the refresh token is for one use, and sent again within 30 seconds it gives the
    same tokens, if the session still is in this organization. Else it is 409 refresh-token-replaced: refresh,
    and switch with the token that this gives. Access tokens for the organization before are dead. What is
    refused with 403, 404 or 409 uses nothing up.
    """
    return tokens_of(switching.switch(body.refresh_token, body.organization))


lambda_handler = refresh_cookies.handler(app)
