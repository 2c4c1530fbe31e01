"""GET /health and GET /health/ready: whether the service can do its work."""

from http import HTTPStatus

from tenantry import http
from tenantry.errors import NotReady
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


@app.get(
    "/health/ready",
    summary="Readiness",
    operation_id="getReadiness",
    tags=["Service"],
    responses=http.responses(HTTPStatus.OK, "tenantry.http.answers:Ready"),
)
def get_readiness() -> dict[str, str]:
    """Answer 200 if the database is set up and takes writes and there is a signing key, else 503."""
    from tenantry.lifecycle.oversight import readiness  # noqa: PLC0415 - needs cryptography, getHealth does not

    if failed := readiness.failed_checks():
        raise NotReady(failed=failed)
    return {"status": "ready"}


lambda_handler = http.lambda_handler(app)
