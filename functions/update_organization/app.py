"""PATCH /organizations/{organization}: change name, slug or metadata; .../former-slugs: slugs it has left."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.bodies import check_merge_patch
from tenantry.http.callers import Organization, may
from tenantry.http.organizations import bodies
from tenantry.http.organizations.representations import former_slugs_of, organization_of
from tenantry.http.parameters import OnlyDeclared
from tenantry.http.preconditions import Precondition, etag
from tenantry.identity.members import Membership
from tenantry.lifecycle import former_slugs, updating

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


@app.get(
    "/organizations/<organization>/former-slugs",
    summary="List former slugs",
    operation_id="listFormerSlugs",
    tags=["Organizations"],
    security=[{"bearer": []}],
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.organizations.answers:FormerSlugs",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
    ),
)
def list_former_slugs(
    organization: Organization,
    member: Annotated[Membership, may("read the organization")],
    _: OnlyDeclared,
) -> dict[str, Any]:
    """List slugs that the organization has left, which name it for its members until their time is over."""
    return {"former_slugs": former_slugs_of(member.organization)}


@app.delete(
    "/organizations/<organization>/former-slugs/<slug>",
    summary="Release a former slug",
    operation_id="releaseFormerSlug",
    tags=["Organizations"],
    status_code=HTTPStatus.NO_CONTENT,
    security=[{"bearer": []}],
    responses=http.responses(
        HTTPStatus.NO_CONTENT, None, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND
    ),
)
def release_former_slug(
    organization: Organization,
    slug: str,
    member: Annotated[Membership, may("release former slugs")],
) -> Response[None]:
    """Let a former slug name the organization no more; its owners alone may take it for a while."""
    former_slugs.release(member.organization, slug)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app, check=check_merge_patch)
