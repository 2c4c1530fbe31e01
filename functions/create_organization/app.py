"""POST /organizations: create an organization, with its owner's account or for the caller's."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.callers import OptionalBearer
from tenantry.http.organizations import bodies, creations
from tenantry.http.parameters import IdempotencyKey
from tenantry.lifecycle import sign_ups

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body

app = APIGatewayRestResolver(enable_validation=True)


@app.post(
    "/organizations",
    summary="Create an organization",
    operation_id="createOrganization",
    tags=["Organizations"],
    status_code=HTTPStatus.CREATED,
    security=[{}, {"bearer": []}],
    responses=http.responses(
        HTTPStatus.CREATED,
        "tenantry.http.accounts.answers:CreatedOrganization",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.CONFLICT,
    ),
)
def create_organization(
    wanted: Annotated[bodies.CreateOrganization, Body()],
    caller: OptionalBearer,
    idempotency_key: IdempotencyKey = None,
) -> Response[dict[str, Any]]:
    """Create an organization and its collection, all or nothing.

    Without a token, send e-mail and password of the owner's account as well; with one, the caller's account
    owns the organization.
    """
    account_id = caller.account_id if caller else None
    with sign_ups.admitted(account_id):
        return creations.create(wanted, account_id, idempotency_key, app.current_event.request_context.path)


lambda_handler = http.lambda_handler(app)
