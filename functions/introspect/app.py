"""POST /operator/introspect: whether a token is valid, for the operator's services (RFC 7662)."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.bodies import check_form
from tenantry.http.callers import Operator
from tenantry.http.services import introspection

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.params import Form

app = APIGatewayRestResolver(enable_validation=True)


@app.post(
    "/operator/introspect",
    summary="Tell whether a token is valid",
    operation_id="introspectToken",
    tags=["Operator"],
    security=[{"iam": []}],
    responses=http.responses(
        HTTPStatus.OK, "tenantry.http.services.answers:Introspection", HTTPStatus.FORBIDDEN
    ),
)
def introspect_token(
    token: Annotated[str, Form(min_length=1, examples=["eyJ..."])], operator: Operator
) -> dict[str, Any]:
    """Tell whose a bearer token is at this moment, or, whatever is wrong with it, that it is not active."""
    return introspection.introspect(token)


lambda_handler = http.lambda_handler(app, check=check_form)
