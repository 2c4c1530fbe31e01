"""GET /.well-known/jwks.json: the public keys that verify access tokens."""

from http import HTTPStatus
from typing import Any

from tenantry import http
from tenantry.identity.keys import public_keys

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

app = APIGatewayRestResolver()


@app.get(
    "/.well-known/jwks.json",
    summary="Public keys of the access tokens",
    operation_id="getKeySet",
    tags=["Service"],
    responses=http.responses(HTTPStatus.OK, "tenantry.http.answers:JsonWebKeySet"),
)
def get_key_set() -> Response[dict[str, Any]]:
    """Get the JSON Web Key Set (RFC 7517)."""
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        headers={"Cache-Control": f"public, max-age={public_keys.CACHE_SECONDS}"},
        body={"keys": public_keys.all_keys()},
    )


lambda_handler = http.lambda_handler(app)
