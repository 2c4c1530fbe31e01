"""DELETE /organizations/{organization}: delete the caller's organization and all its data."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http
from tenantry.http.callers import Organization, RecentLogin, may
from tenantry.http.parameters import OnlyDeclared
from tenantry.http.preconditions import Precondition
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Query

app = APIGatewayRestResolver(enable_validation=True)


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
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.PRECONDITION_FAILED,
    ),
)
def delete_organization(
    organization: Organization,
    member: Annotated[Membership, may("delete the organization")],
    _: RecentLogin,
    holds: Precondition,
    __: OnlyDeclared,
    immediately: Annotated[bool, Query(description="Whether the data end at once, beyond any undo")] = False,
) -> Response[None]:
    """Delete the organization; its tokens are dead afterwards, and its owners' accounts stay.

    For DeletionGraceDays nothing but an undo reaches its data, then they are purged. With ?immediately=true
    they end at once. Where as many deleted organizations of the account are kept as it may own, the answer is
    403 limit-reached unless it is immediate.

    The token must come from a login no older than 10 minutes, whether it was refreshed since or not. Else the
    answer is 401 login-too-old, with the challenge of RFC 9470 in WWW-Authenticate.
    """
    deleting.delete(member, holds, immediately=immediately)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app)
