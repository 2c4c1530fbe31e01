"""Organizations as the operator sees them, and whose they are."""

from http import HTTPStatus
from typing import Any

from tenantry import http
from tenantry.http.callers import Operator, Organization
from tenantry.http.overview.parameters import (
    Address,
    ChangedSince,
    ClusterFilter,
    CreatedBefore,
    CreatedSince,
    Intent,
    KindFilter,
    Moving,
    OrganizationName,
    PlanFilter,
    Sort,
    StateFilter,
    Suspended,
)
from tenantry.http.overview.representations import overview_of, owners_of, page_of
from tenantry.http.parameters import Cursor, Limit, NamePrefix, OnlyDeclared, SlugPrefix
from tenantry.identity import owner_addresses
from tenantry.lifecycle.oversight import overview
from tenantry.registry.organizations import listing

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

app = APIGatewayRestResolver(enable_validation=True)

TAGS = ["Operator"]
SECURITY: list[dict[str, list[str]]] = [{"iam": []}]
PAGE = "tenantry.http.overview.answers:OrganizationSummaries"


@app.get(
    "/operator/organizations",
    summary="List organizations",
    operation_id="listOrganizations",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(HTTPStatus.OK, PAGE, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def list_organizations(
    operator: Operator,
    _: OnlyDeclared,
    *,
    state: StateFilter = None,
    name_prefix: NamePrefix = None,
    slug_prefix: SlugPrefix = None,
    cluster: ClusterFilter = None,
    kind: KindFilter = None,
    plan: PlanFilter = None,
    created_since: CreatedSince = None,
    created_before: CreatedBefore = None,
    changed_since: ChangedSince = None,
    suspended: Suspended = None,
    moving: Moving = None,
    intent: Intent = None,
    sort: Sort = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """List the organizations that meet all conditions, page by page, without addresses of people.

    A page looks at 10,000 organizations at most. Where few of them meet the conditions it is shorter than
    `limit`, or empty: `next_cursor` is null on the last page alone. What is created, renamed or deleted
    between two pages makes no other organization appear twice or not at all.
    """
    wanted = listing.Filter(
        state=state,
        name_prefix=name_prefix,
        slug_prefix=slug_prefix,
        cluster=cluster,
        kind=kind,
        plan=plan,
        created_since=created_since,
        created_before=created_before,
        changed_since=changed_since,
        suspended=suspended,
        moving=moving,
        intent=intent,
    )
    return page_of(listing.find_page(wanted, sort, limit, cursor))


@app.get(
    "/operator/organizations/<organization>",
    summary="Read an organization",
    operation_id="getOrganizationAsOperator",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.overview.answers:OrganizationOverview",
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
    ),
)
def get_organization(organization: Organization, operator: Operator) -> dict[str, Any]:
    """Return all about an organization but its documents and the addresses of its members."""
    return overview_of(overview.find(organization))


@app.get(
    "/operator/addresses/owners",
    summary="Read the addresses of an organization's owners",
    operation_id="listOwnersAddresses",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.overview.answers:OwnersWithAddresses",
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
    ),
)
def list_owners_addresses(
    operator: Operator, _: OnlyDeclared, organization: OrganizationName
) -> dict[str, Any]:
    """Return all owners with their e-mail addresses; each such read is recorded."""
    return owners_of(owner_addresses.owners_of(organization))


@app.get(
    "/operator/addresses/owned",
    summary="List the organizations of an address",
    operation_id="listOrganizationsOfAddress",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(HTTPStatus.OK, PAGE, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def list_organizations_of_address(
    operator: Operator, _: OnlyDeclared, address: Address, limit: Limit = 100, cursor: Cursor = None
) -> dict[str, Any]:
    """List what the account of an e-mail address owns, the oldest membership first; each read is recorded."""
    return page_of(owner_addresses.organizations_of(address, limit, cursor))


lambda_handler = http.lambda_handler(
    app,
    methods_elsewhere={
        "/operator/organizations": ("POST",),
        "/operator/organizations/<organization>": ("PATCH",),
    },
)
