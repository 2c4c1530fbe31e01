"""PATCH /organizations/{organization}: change name, slug or metadata."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.bodies import check_merge_patch
from tenantry.http.callers import Organization, may
from tenantry.http.organizations import bodies
from tenantry.http.organizations.representations import organization_of
from tenantry.http.preconditions import Precondition, etag
from tenantry.identity.members import Membership
from tenantry.lifecycle import updating

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body

app = APIGatewayRestResolver(enable_validation=True)


@app.patch(
    "/organizations/<organization>",
    summary="Change an organization",
    operation_id="updateOrganization",
    tags=["Organizations"],
    security=[{"bearer": []}],
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.organizations.answers:Organization",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED,
    ),
)
def update_organization(
    organization: Organization,
    changes: Annotated[bodies.UpdateOrganization, Body()],
    member: Annotated[Membership, may("change the organization")],
    holds: Precondition,
) -> Response[dict[str, Any]]:
    """Change what is sent; a new name gives a new slug unless one is sent, and its data moves along."""
    wanted = updating.Changes(changes.name, changes.slug, changes.metadata)
    changed = updating.update(member, wanted, holds)
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        headers={"ETag": etag(changed["version"])},
        body=organization_of(changed),
    )


lambda_handler = http.lambda_handler(app, check=check_merge_patch)
