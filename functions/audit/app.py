"""GET /organizations/{organization}/audit and GET /operator/audit: what was done, by whom and when."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http
from tenantry.audit import pages
from tenantry.http import audit
from tenantry.http.audit import Cursor, Limit, OrganizationFilter
from tenantry.http.documents.requests import query_parameters
from tenantry.identity.members import Membership
from tenantry.registry.organizations import finding

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path

app = APIGatewayRestResolver(enable_validation=True)


@app.get(
    "/organizations/<organization>/audit",
    summary="List what was done",
    operation_id="listAudit",
    tags=["Audit"],
    security=[{"bearer": []}],
    responses=http.responses(
        HTTPStatus.OK, "tenantry.http.audit:AuditPage", HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND
    ),
)
def list_audit(
    organization: Annotated[str, Path(description="Slug or id", json_schema_extra={"example": "google"})],
    member: Annotated[Membership, Depends(http.member)],
    _: Annotated[None, Depends(query_parameters("limit", "cursor"))],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> audit.AuditPage:
    """List changes of the organization and its owners' accounts, logins, and logins that were refused.

    The newest comes first. Writes of documents and indexes are not recorded.
    """
    return audit.page_of(audit.find_page(member.organization, limit, cursor))


@app.get(
    "/operator/audit",
    summary="List what was done on the platform",
    operation_id="listAuditAsOperator",
    tags=["Operator"],
    security=[{"iam": []}],
    responses=http.responses(HTTPStatus.OK, "tenantry.http.audit:OperatorAuditPage", HTTPStatus.FORBIDDEN),
)
def list_audit_as_operator(
    operator: Annotated[str, Depends(http.operator)],
    _: Annotated[None, Depends(query_parameters("organization", "limit", "cursor"))],
    organization: OrganizationFilter = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> audit.OperatorAuditPage:
    """List the records of one organization, which may be deleted, or of the whole platform, newest first."""
    found = finding.find_present(organization) if organization else None
    if found is None:
        page = pages.of_all(organization, limit, cursor)
    else:
        page = audit.find_page(found, limit, cursor)
    return audit.operator_page_of(page)


lambda_handler = http.lambda_handler(app)
