"""GET /.well-known/jwks.json and /.well-known/openid-configuration: what access tokens are verified with."""

from http import HTTPStatus
from typing import Any, Final

from tenantry import http
from tenantry.http import discovery
from tenantry.identity.keys import public_keys

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

app = APIGatewayRestResolver()

CACHED: Final = {"Cache-Control": f"public, max-age={public_keys.CACHE_SECONDS}"}


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
        headers=CACHED,
        body={"keys": public_keys.all_keys()},
    )


@app.get(
    "/.well-known/openid-configuration",
    summary="Issuer of the access tokens",
    operation_id="getIssuer",
    tags=["Service"],
    responses=http.responses(HTTPStatus.OK, "tenantry.http.answers:IssuerMetadata"),
)
def get_issuer() -> Response[dict[str, Any]]:
    """Get the issuer and the address of its keys, for libraries (OpenID Connect Discovery 1.0 section 4)."""
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        headers=CACHED,
        body=discovery.document(app.current_event),
    )


lambda_handler = http.lambda_handler(app)
