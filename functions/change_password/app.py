"""PUT /account/password, POST /account/password-reset and .../complete: change or reset a password."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http
from tenantry.http.accounts import bodies
from tenantry.http.callers import Bearer
from tenantry.identity import password_change, password_reset

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
    """Replace the password; every access token issued before is dead afterwards.

    The owner is told by mail, if this service sends any and the address is verified.
    """
    password_change.change_password(caller, passwords.current_password, passwords.new_password)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.post(
    "/account/password-reset",
    summary="Ask for a link that resets the password",
    operation_id="requestPasswordReset",
    tags=["Accounts"],
    status_code=HTTPStatus.ACCEPTED,
    responses=http.responses(HTTPStatus.ACCEPTED, None),
)
def request_password_reset(asked: Annotated[bodies.RequestPasswordReset, Body()]) -> Response[None]:
    """Mail a link to the address, if an account has it; the answer does not tell whether one does.

    The link is valid for 30 minutes, once, and until the password or the address changes.
    """
    password_reset.request(asked.email)
    return Response(status_code=HTTPStatus.ACCEPTED)


@app.post(
    "/account/password-reset/complete",
    summary="Reset the password",
    operation_id="completePasswordReset",
    tags=["Accounts"],
    status_code=HTTPStatus.NO_CONTENT,
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.NOT_FOUND),
)
def complete_password_reset(reset: Annotated[bodies.CompletePasswordReset, Body()]) -> Response[None]:
    """Set another password with the token of a mailed link; every token of the account is dead afterwards.

    A password that is refused leaves the token as it is. The answer logs nobody in. If it gets lost, 404
    link-not-found to a repetition may mean that the password has been set: log in with it.
    """
    password_reset.complete(reset.token, reset.new_password)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app)
