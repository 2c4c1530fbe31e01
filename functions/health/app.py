"""GET /health: whether the service can do its work."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from tenantry import database, http, schemas

app = APIGatewayRestResolver(enable_validation=True)


@app.get(
    "/health",
    summary="Health",
    operation_id="getHealth",
    tags=["Service"],
    responses=http.responses(HTTPStatus.OK, schemas.Health),
)
def get_health() -> schemas.Health:
    """Answer 200 if the database answers, else 503."""
    database.ping()
    return schemas.Health()


lambda_handler = http.lambda_handler(app)
