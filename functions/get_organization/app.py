"""GET /organizations/{organization}: read the caller's organization."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.callers import Organization, may
from tenantry.http.organizations.representations import organization_of
from tenantry.http.preconditions import etag
from tenantry.identity.members import Membership

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

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
    organization: Organization, member: Annotated[Membership, may("read the organization")]
) -> Response[dict[str, Any]]:
    """Read the organization that the access token is for."""
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        headers={"ETag": etag(member.organization["version"])},
        body=organization_of(member.organization),
    )


lambda_handler = http.lambda_handler(
    app, methods_elsewhere={"/organizations/<organization>": ("PATCH", "DELETE")}
)
