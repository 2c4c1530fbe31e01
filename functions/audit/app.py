"""What was done, by whom and when, and what was erased for good.

GET /organizations/{organization}/audit, GET /operator/audit and GET /operator/receipts.
"""

from http import HTTPStatus
from typing import Annotated

from tenantry import http
from tenantry.audit import pages
from tenantry.http import audit, receipts
from tenantry.http.audit import OrganizationFilter
from tenantry.http.callers import Operator, Organization, may
from tenantry.http.parameters import Cursor, Limit, OnlyDeclared
from tenantry.http.receipts import OfOrganization
from tenantry.identity.authentication import Caller
from tenantry.lifecycle.receipts import pages as receipt_pages
from tenantry.registry.organizations import finding

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

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
    organization: Organization,
    caller: Annotated[Caller, may("read the audit record")],
    _: OnlyDeclared,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> audit.AuditPage:
    """List changes of the organization and its owners' accounts, logins, and logins that were refused.

    The newest comes first. Writes of documents and indexes are not recorded.
    """
    return audit.page_of(audit.find_page(caller.organization, limit, cursor))


@app.get(
    "/operator/audit",
    summary="List what was done in all organizations",
    operation_id="listAuditAsOperator",
    tags=["Operator"],
    security=[{"iam": []}],
    responses=http.responses(HTTPStatus.OK, "tenantry.http.audit:OperatorAuditPage", HTTPStatus.FORBIDDEN),
)
def list_audit_as_operator(
    operator: Operator,
    _: OnlyDeclared,
    organization: OrganizationFilter = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> audit.OperatorAuditPage:
    """List the records of all organizations, or of one, which may be deleted, newest first."""
    present = finding.find_present(organization) if organization else None
    if present is None:
        page = pages.of_all(organization, limit, cursor)
    else:
        page = audit.find_page(present, limit, cursor)
    return audit.operator_page_of(page)


@app.get(
    "/operator/receipts",
    summary="List receipts of erasure",
    operation_id="listReceipts",
    tags=["Operator"],
    security=[{"iam": []}],
    responses=http.responses(HTTPStatus.OK, "tenantry.http.receipts:ReceiptPage", HTTPStatus.FORBIDDEN),
)
def list_receipts(
    operator: Operator,
    _: OnlyDeclared,
    organization: OfOrganization = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> receipts.ReceiptPage:
    """List what was erased for good of deleted organizations, newest first, and the keys that verify it."""
    return receipts.page_of(receipt_pages.find(organization, limit, cursor))


lambda_handler = http.lambda_handler(app)
