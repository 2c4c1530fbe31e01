"""/operator/deletions and /deletions/undo: deleted organizations, which can be brought back or purged."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.callers import Operator, Organization
from tenantry.http.deletions import bodies
from tenantry.http.deletions.representations import page_of
from tenantry.http.organizations.representations import organization_of, reference_to
from tenantry.http.parameters import Cursor, Limit, NamePrefix, OnlyDeclared, SlugPrefix
from tenantry.lifecycle import purging, undoing
from tenantry.lifecycle.undoing import Wanted
from tenantry.registry import deletions

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body

app = APIGatewayRestResolver(enable_validation=True)
SECURITY: list[dict[str, list[str]]] = [{"iam": []}]


@app.get(
    "/operator/deletions",
    summary="List deleted organizations",
    operation_id="listDeletions",
    tags=["Operator"],
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK, "tenantry.http.deletions.answers:Deletions", HTTPStatus.FORBIDDEN
    ),
)
def list_deletions(
    operator: Operator,
    _: OnlyDeclared,
    slug_prefix: SlugPrefix = None,
    name_prefix: NamePrefix = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """List the organizations that can be brought back; what is purged next comes first.

    With a prefix the order is that of slugs or names.
    """
    return page_of(deletions.find_page(slug_prefix, name_prefix, limit, cursor))


@app.delete(
    "/operator/deletions/<organization>",
    summary="Purge a deleted organization at once",
    operation_id="purgeOrganization",
    tags=["Operator"],
    status_code=HTTPStatus.NO_CONTENT,
    security=SECURITY,
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def purge_organization(organization: Organization, operator: Operator) -> Response[None]:
    """End the data of a deleted organization, of this id, for good; what is in a pool ends minutes later."""
    purging.purge(organization)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.post(
    "/operator/deletions/<organization>/undo",
    summary="Bring a deleted organization back",
    operation_id="undoDeletionAsOperator",
    tags=["Operator"],
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.organizations.answers:Organization",
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
    ),
)
def undo_deletion_as_operator(
    organization: Organization, operator: Operator, wanted: Annotated[bodies.UndoDeletion, Body()]
) -> dict[str, Any]:
    """Bring an organization of this id back with its documents, indexes and members, under its id.

    Members come back whose accounts are left. No token, invitation, link or offer of ownership does. Once it
    is done, a repeated request is answered 404: GET /operator/organizations/{organization} has what is back.
    """
    how = Wanted(wanted.name, wanted.slug, wanted.owner)
    return organization_of(undoing.undo(organization, how))


@app.post(
    "/deletions/undo",
    summary="Bring an organization back by a mailed link",
    operation_id="undoDeletion",
    tags=["Organizations"],
    security=[],
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.organizations.answers:OrganizationReference",
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
    ),
)
def undo_deletion(link: Annotated[bodies.UndoDeletionByLink, Body()]) -> dict[str, Any]:
    """Bring the organization back that the link is for, with its documents, indexes and members.

    Owners whose addresses are verified get the link by mail when their organization is deleted. It works
    once, and until the data are purged; a repeated request is answered 404. Log in afterwards: no token from
    before comes back to life.
    """
    return reference_to(undoing.undo_by_link(link.token, Wanted(link.name, link.slug)))


lambda_handler = http.lambda_handler(app)
