"""GET /organizations/{organization}/usage and GET /operator/usage: how much was used, and how much may be."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http
from tenantry.http import usage
from tenantry.http.callers import Operator, Organization, may
from tenantry.http.parameters import Cursor, Limit, OnlyDeclared
from tenantry.http.usage import Month
from tenantry.identity.members import Membership
from tenantry.registry.usage import months, reports

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.request import Request

app = APIGatewayRestResolver(enable_validation=True)


@app.get(
    "/organizations/<organization>/usage",
    summary="Read how much is used",
    operation_id="getUsage",
    tags=["Usage"],
    security=[{"bearer": []}],
    responses=http.responses(
        HTTPStatus.OK, "tenantry.http.usage:Usage", HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND
    ),
)
def get_usage(
    organization: Organization, member: Annotated[Membership, may("read the usage")], _: OnlyDeclared
) -> usage.Usage:
    """Read what the organization has against its limits, and its requests and storage of this month."""
    return usage.use_of(member.organization)


@app.get(
    "/operator/usage",
    summary="List what organizations have used",
    operation_id="listUsage",
    tags=["Operator"],
    security=[{"iam": []}],
    responses=usage.with_csv(
        http.responses(HTTPStatus.OK, "tenantry.http.usage:UsagePage", HTTPStatus.FORBIDDEN)
    ),
)
def list_usage(
    request: Request,
    operator: Operator,
    _: OnlyDeclared,
    month: Month = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response[str]:
    """List what each organization has used in a month, by their ids, also those that are deleted.

    With Accept: text/csv it is a spreadsheet; Link leads to the next page, which has no header line.
    """
    listed = month or months.present()
    page = reports.of_month(listed, limit, cursor)
    return usage.answer_of(request, listed, limit, cursor is None, page)


lambda_handler = http.lambda_handler(app)
