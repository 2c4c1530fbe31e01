"""POST /login and /login/confirm: show a password, and get an access token."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http import refresh_cookies
from tenantry.http.accounts import bodies
from tenantry.http.accounts.representations import access_token_of, tokens_of
from tenantry.http.callers import Bearer
from tenantry.identity.logins import confirming, login

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
    return tokens_of(
        login.login(
            credentials.email, credentials.password, credentials.organization, credentials.device_token
        )
    )


@app.post(
    "/login/confirm",
    summary="Confirm the login",
    operation_id="confirmLogin",
    tags=["Accounts"],
    security=[{"bearer": []}],
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.accounts.answers:AccessToken",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
    ),
)
def confirm_login(body: Annotated[bodies.ConfirmLogin, Body()], caller: Bearer) -> dict[str, Any]:
    """Show the password again, for what needs a login of the last 10 minutes (401 login-too-old).

    The answer has the access token to repeat the request with. Those that the session has been given before
    are dead; its refresh token lives on.
    """
    return access_token_of(*confirming.confirm(caller, body.password))


lambda_handler = refresh_cookies.handler(app)
