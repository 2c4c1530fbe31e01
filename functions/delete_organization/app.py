"""DELETE /organizations/{organization}: delete the caller's organization and all its data."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http
from tenantry.http.callers import Organization, RecentLogin, may
from tenantry.http.preconditions import Precondition
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

app = APIGatewayRestResolver()


@app.delete(
    "/organizations/<organization>",
    summary="Delete an organization",
    operation_id="deleteOrganization",
    tags=["Organizations"],
    status_code=HTTPStatus.NO_CONTENT,
    security=[{"bearer": []}],
    responses=http.responses(
        HTTPStatus.NO_CONTENT,
        None,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.PRECONDITION_FAILED,
    ),
)
def delete_organization(
    organization: Organization,
    member: Annotated[Membership, may("delete the organization")],
    _: RecentLogin,
    holds: Precondition,
) -> Response[None]:
    """Delete the organization and its data; its tokens are dead afterwards, and its owners' accounts stay.

    The token must come from a login no older than 10 minutes, whether it was refreshed since or not. Else the
    answer is 401 login-too-old, with the challenge of RFC 9470 in WWW-Authenticate.
    """
    deleting.delete(member, holds)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app)
