"""GET /organizations/{organization}: read the caller's organization."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http
from tenantry.identity.members import Membership

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.depends import Depends

app = APIGatewayRestResolver()


@app.get(
    "/organizations/<organization>",
    summary="Read an organization",
    operation_id="getOrganization",
    tags=["Organizations"],
    security=[{"bearer": []}],
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.organizations.answers:Organization",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.PRECONDITION_FAILED,
    ),
)
def get_organization(
    organization: Annotated[str, "Slug or id"],
    member: Annotated[Membership, Depends(http.member)],
) -> Response[http.Representation]:
    """Read the organization that the access token is for."""
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        headers={"ETag": http.etag(member.organization["version"])},
        body=http.organization_of(member.organization),
    )


lambda_handler = http.lambda_handler(app, methods_elsewhere=("PATCH", "DELETE"))
