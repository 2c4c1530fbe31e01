"""POST /account/email-change, .../complete and .../undo: give an account another e-mail address."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http
from tenantry.http.accounts import bodies
from tenantry.http.callers import Bearer
from tenantry.identity.addresses import email_change

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body

app = APIGatewayRestResolver(enable_validation=True)


@app.post(
    "/account/email-change",
    summary="Ask for another e-mail address",
    operation_id="requestEmailChange",
    tags=["Accounts"],
    status_code=HTTPStatus.ACCEPTED,
    security=[{"bearer": []}],
    responses=http.responses(HTTPStatus.ACCEPTED, None, HTTPStatus.UNAUTHORIZED),
)
def request_email_change(
    wanted: Annotated[bodies.RequestEmailChange, Body()],
    caller: Bearer,
) -> Response[None]:
    """Send a link to the address, whether or not another account has it; the answer does not tell.

    With the link, which is valid for 30 minutes, the change is completed.
    """
    email_change.request(caller, wanted.new_email, wanted.current_password)
    return Response(status_code=HTTPStatus.ACCEPTED)


@app.post(
    "/account/email-change/complete",
    summary="Complete the change of the e-mail address",
    operation_id="completeEmailChange",
    tags=["Accounts"],
    status_code=HTTPStatus.NO_CONTENT,
    security=[{"bearer": []}],
    responses=http.responses(
        HTTPStatus.NO_CONTENT, None, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
    ),
)
def complete_email_change(
    link: Annotated[bodies.Link, Body()],
    caller: Bearer,
) -> Response[None]:
    """Give the account the address that the link was sent to; every token issued before is dead afterwards.

    If the earlier address was verified, it gets a link that takes the change back, for 7 days.
    """
    email_change.complete(caller, link.token)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.post(
    "/account/email-change/undo",
    summary="Take the change of the e-mail address back",
    operation_id="undoEmailChange",
    tags=["Accounts"],
    status_code=HTTPStatus.NO_CONTENT,
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.NOT_FOUND),
)
def undo_email_change(link: Annotated[bodies.Link, Body()]) -> Response[None]:
    """Give the account its earlier address back, and undo all changes since.

    The password, which somebody else must have known, and every token are dead afterwards. A mail to the
    address has a link to choose another password.
    """
    email_change.undo(link.token)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app)
