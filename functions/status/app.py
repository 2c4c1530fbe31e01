"""GET /operator/doctor and GET /operator/status: how the service is doing, for its operator."""

from http import HTTPStatus

from tenantry import http
from tenantry.http import oversight
from tenantry.http.callers import Operator
from tenantry.http.parameters import OnlyDeclared
from tenantry.lifecycle.oversight import doctor, snapshot
from tenantry.runtime.settings import settings

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

app = APIGatewayRestResolver(enable_validation=True)


@app.get(
    "/operator/doctor",
    summary="Examine the databases",
    operation_id="examine",
    tags=["Operator"],
    security=[{"iam": []}],
    responses=http.responses(HTTPStatus.OK, "tenantry.http.oversight:Examination", HTTPStatus.FORBIDDEN),
)
def examine(operator: Operator, _: OnlyDeclared) -> oversight.Examination:
    """Look at servers and master database, and say what is wrong and what to do; 200 whatever is found."""
    findings = doctor.examine(settings().token_issuer)
    return oversight.Examination(findings=[oversight.Finding(**finding._asdict()) for finding in findings])


@app.get(
    "/operator/status",
    summary="Tell what the service is doing",
    operation_id="getStatus",
    tags=["Operator"],
    security=[{"iam": []}],
    responses=http.responses(HTTPStatus.OK, "tenantry.http.oversight:Status", HTTPStatus.FORBIDDEN),
)
def get_status(operator: Operator, _: OnlyDeclared) -> oversight.Status:
    """Tell what waits, what was recorded in the latest minute, and how full and busy clusters are."""
    return oversight.Status(**snapshot.take())


lambda_handler = http.lambda_handler(app)
