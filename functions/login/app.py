"""POST /login: exchange e-mail and password for an access token."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.params import Body

from tenantry import http, login, schemas, tokens

app = APIGatewayRestResolver(enable_validation=True)


@app.post(
    "/login",
    summary="Log in",
    operation_id="login",
    tags=["Accounts"],
    responses=http.responses(
        HTTPStatus.OK, schemas.AccessToken, HTTPStatus.UNAUTHORIZED, HTTPStatus.CONFLICT
    ),
)
def log_in(credentials: Annotated[schemas.Login, Body()]) -> schemas.AccessToken:
    """Get an access token for one organization; name it if the account has several."""
    session = login.login(credentials.email, credentials.password, credentials.organization)
    return schemas.AccessToken(
        access_token=session.access_token,
        expires_in=tokens.LIFETIME_SECONDS,
        organization=http.organization_of(session.organization),
    )


lambda_handler = http.lambda_handler(app)
