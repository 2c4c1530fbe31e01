"""PUT /account/password: change the caller's password."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http
from tenantry.http.accounts import bodies
from tenantry.http.callers import Bearer
from tenantry.identity import password_change

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body

app = APIGatewayRestResolver(enable_validation=True)


@app.put(
    "/account/password",
    summary="Change the password",
    operation_id="changePassword",
    tags=["Accounts"],
    status_code=HTTPStatus.NO_CONTENT,
    security=[{"bearer": []}],
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.UNAUTHORIZED),
)
def change_password(
    passwords: Annotated[bodies.ChangePassword, Body()],
    caller: Bearer,
) -> Response[None]:
    """Replace the password; every access token issued before is dead afterwards."""
    password_change.change_password(caller, passwords.current_password, passwords.new_password)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app)
