"""POST /login/refresh: exchange a refresh token for the next tokens of its session."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.accounts import bodies
from tenantry.http.accounts.representations import access_token_of
from tenantry.identity import login

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
        "tenantry.http.accounts.answers:AccessToken",
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
    return access_token_of(login.refresh(body.refresh_token))


lambda_handler = http.lambda_handler(app)
