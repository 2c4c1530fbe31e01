"""/operator/organizations: what the platform's operator decides about organizations."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.callers import Operator, Organization
from tenantry.http.organizations import bodies, creations
from tenantry.http.parameters import IdempotencyKey
from tenantry.lifecycle import suspending

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body

app = APIGatewayRestResolver(enable_validation=True)


@app.post(
    "/operator/organizations",
    summary="Create an organization for somebody",
    operation_id="createOrganizationAsOperator",
    tags=["Operator"],
    status_code=HTTPStatus.CREATED,
    security=[{"iam": []}],
    responses=http.responses(
        HTTPStatus.CREATED,
        "tenantry.http.accounts.answers:CreatedOrganization",
        HTTPStatus.FORBIDDEN,
        HTTPStatus.CONFLICT,
    ),
)
def create_organization(
    wanted: Annotated[bodies.CreateOrganizationAsOperator, Body()],
    operator: Operator,
    idempotency_key: IdempotencyKey = None,
) -> Response[dict[str, Any]]:
    """Create an organization with its owner's account, whether sign-up is open or closed."""
    base = app.current_event.request_context.path.removesuffix("/operator/organizations")
    return creations.create(wanted, None, idempotency_key, f"{base}/organizations", wanted.placement)


@app.put(
    "/operator/organizations/<organization>/suspension",
    summary="Suspend an organization",
    operation_id="suspendOrganization",
    tags=["Operator"],
    status_code=HTTPStatus.NO_CONTENT,
    security=[{"iam": []}],
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def suspend_organization(organization: Organization, operator: Operator) -> Response[None]:
    """Refuse an organization's logins, refreshes and data; every token of it is dead from now on."""
    suspending.suspend(organization)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.delete(
    "/operator/organizations/<organization>/suspension",
    summary="Reactivate an organization",
    operation_id="reactivateOrganization",
    tags=["Operator"],
    status_code=HTTPStatus.NO_CONTENT,
    security=[{"iam": []}],
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def reactivate_organization(organization: Organization, operator: Operator) -> Response[None]:
    """Let an organization go on; its members log in again."""
    suspending.reactivate(organization)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app)
