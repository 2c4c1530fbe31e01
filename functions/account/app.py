"""GET /account, GET /account/sessions and DELETE /account/sessions/{session}: the caller's account."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.accounts.own_account import own_account_of, session_of
from tenantry.http.callers import Bearer
from tenantry.identity import own_account

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

app = APIGatewayRestResolver()


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


lambda_handler = http.lambda_handler(app)
