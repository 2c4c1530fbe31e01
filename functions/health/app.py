"""GET /health: whether the service can do its work."""

from http import HTTPStatus

from tenantry import http
from tenantry.registry import issuer

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

app = APIGatewayRestResolver()


@app.get(
    "/health",
    summary="Health",
    operation_id="getHealth",
    tags=["Service"],
    responses=http.responses(HTTPStatus.OK, "tenantry.http.answers:Health"),
)
def get_health() -> dict[str, str]:
    """Answer 200 if the database lets the function read, else 503."""
    issuer.check_access()
    return {"status": "ok"}


lambda_handler = http.lambda_handler(app)
