"""/account, but for passwords: the caller's account, its sessions and the verification of its address."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.accounts import bodies
from tenantry.http.accounts.own_account import own_account_of, session_of
from tenantry.http.callers import Bearer, RecentLogin
from tenantry.identity import account_deletion, own_account
from tenantry.identity.addresses import email_verification

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body

app = APIGatewayRestResolver(enable_validation=True)


@app.get(
    "/account",
    summary="Read the account",
    operation_id="getAccount",
    tags=["Accounts"],
    security=[{"bearer": []}],
    responses=http.responses(
        HTTPStatus.OK, "tenantry.http.accounts.answers:OwnAccount", HTTPStatus.UNAUTHORIZED
    ),
)
def get_account(caller: Bearer) -> dict[str, Any]:
    """Read the caller's account and the organizations that it is a member of."""
    return own_account_of(own_account.read(caller.account_id))


@app.delete(
    "/account",
    summary="Delete the account",
    operation_id="deleteAccount",
    tags=["Accounts"],
    status_code=HTTPStatus.NO_CONTENT,
    security=[{"bearer": []}],
    responses=http.responses(
        HTTPStatus.NO_CONTENT, None, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT
    ),
)
def delete_account(caller: Bearer, _: RecentLogin) -> Response[None]:
    """Delete the account with its sessions; its organizations stay, without it, and its address is free.

    The token must come from a login no older than 10 minutes, or one confirmed since (POST /login/confirm);
    else it is 401 login-too-old. As long as organizations have no other owner, it is 409 sole-owner, and
    `organizations` lists them.
    """
    account_deletion.delete(caller)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.get(
    "/account/sessions",
    summary="List the sessions",
    operation_id="listSessions",
    tags=["Accounts"],
    security=[{"bearer": []}],
    responses=http.responses(
        HTTPStatus.OK, "tenantry.http.accounts.answers:Sessions", HTTPStatus.UNAUTHORIZED
    ),
)
def list_sessions(caller: Bearer) -> dict[str, Any]:
    """List the living sessions of the caller's account, in all of its organizations."""
    return {"sessions": [session_of(session) for session in own_account.list_sessions(caller)]}


@app.delete(
    "/account/sessions/<session>",
    summary="End a session",
    operation_id="endSession",
    tags=["Accounts"],
    status_code=HTTPStatus.NO_CONTENT,
    security=[{"bearer": []}],
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND),
)
def end_session(session: Annotated[str, "Id, as the list shows it"], caller: Bearer) -> Response[None]:
    """End one of the sessions of the caller's account; its tokens are dead afterwards.

    A session that has ended before is not found, as one that never was.
    """
    own_account.end_session(caller, session)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.post(
    "/account/email-verification",
    summary="Mail a link that verifies the address",
    operation_id="requestEmailVerification",
    tags=["Accounts"],
    status_code=HTTPStatus.ACCEPTED,
    security=[{"bearer": []}],
    responses=http.responses(HTTPStatus.ACCEPTED, None, HTTPStatus.UNAUTHORIZED)
    | http.responses(HTTPStatus.NO_CONTENT, None),
)
def request_email_verification(caller: Bearer) -> Response[None]:
    """Mail another link to the address of the caller's account; 204 if it is verified already.

    The link works once, within 30 minutes, until the password or the address changes.
    """
    is_mailed = email_verification.request_link(caller)
    return Response(status_code=HTTPStatus.ACCEPTED if is_mailed else HTTPStatus.NO_CONTENT)


@app.post(
    "/account/email-verification/complete",
    summary="Verify the address",
    operation_id="completeEmailVerification",
    tags=["Accounts"],
    status_code=HTTPStatus.NO_CONTENT,
    security=[{"bearer": []}],
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND),
)
def complete_email_verification(link: Annotated[bodies.Link, Body()], caller: Bearer) -> Response[None]:
    """Show the token of the link that was mailed to the address of the caller's account.

    It takes the link and an access token of the same account: whoever reads the mail has to be who uses the
    account.
    """
    email_verification.complete(caller, link.token)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app)
