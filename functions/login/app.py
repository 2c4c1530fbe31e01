"""POST /login: exchange e-mail and password for an access token."""

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
    "/login",
    summary="Log in",
    operation_id="login",
    tags=["Accounts"],
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.accounts.answers:LoggedIn",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.CONFLICT,
    ),
)
def log_in(credentials: Annotated[bodies.Login, Body()]) -> dict[str, Any]:
    """Get tokens for one organization; name it if the account has several.

    An account without one gets tokens for none, to create an organization, change the password and log out.
    """
    return access_token_of(
        login.login(
            credentials.email, credentials.password, credentials.organization, credentials.device_token
        )
    )


lambda_handler = http.lambda_handler(app)
