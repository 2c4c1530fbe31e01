"""POST /organizations: create an organization, with its owner's account or for the caller's."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Header

from tenantry import http, lifecycle, schemas
from tenantry.accounts import Membership

app = APIGatewayRestResolver(enable_validation=True)


@app.post(
    "/organizations",
    summary="Create an organization",
    operation_id="createOrganization",
    tags=["Organizations"],
    status_code=HTTPStatus.CREATED,
    security=[{}, {"bearer": []}],
    responses=http.responses(
        HTTPStatus.CREATED, schemas.CreatedOrganization, HTTPStatus.UNAUTHORIZED, HTTPStatus.CONFLICT
    ),
)
def create_organization(
    wanted: Annotated[schemas.CreateOrganization, Body()],
    caller: Annotated[Membership | None, Depends(http.optional_caller)],
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            description="Chosen by the client for one creation; a repetition with it creates nothing more",
        ),
    ] = None,
) -> Response[schemas.CreatedOrganization]:
    """Create an organization and its collection, all or nothing.

    Without a token, send e-mail and password of the owner's account as well; with one, the caller's account
    owns the organization.
    """
    created = lifecycle.create(wanted, caller, idempotency_key)
    location = f"{app.current_event.request_context.path.rstrip('/')}/{created.organization['_id']}"
    return Response(
        status_code=HTTPStatus.CREATED,
        content_type="application/json",
        headers={"Location": location, "ETag": http.etag(created.organization["version"])},
        body=schemas.CreatedOrganization(
            organization=http.organization_of(created.organization), account=http.account_of(created.account)
        ),
    )


lambda_handler = http.lambda_handler(app)
