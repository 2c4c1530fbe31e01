"""PATCH /organizations/{organization}: change name, slug or metadata."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http
from tenantry.http.bodies import check_merge_patch
from tenantry.http.organizations import bodies
from tenantry.http.preconditions import Holds
from tenantry.identity.members import Membership
from tenantry.lifecycle import updating

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

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
    organization: Annotated[str, Path(description="Slug or id")],
    changes: Annotated[bodies.UpdateOrganization, Body()],
    member: Annotated[Membership, Depends(http.member)],
    holds: Annotated[Holds, Depends(http.precondition)],
) -> Response[http.Representation]:
    """Change what is sent; a new name gives a new slug unless one is sent, and its data moves along."""
    changed = updating.update(member, changes, holds)
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        headers={"ETag": http.etag(changed["version"])},
        body=http.organization_of(changed),
    )


lambda_handler = http.lambda_handler(app, check=check_merge_patch)
