"""What tells verifiers of access tokens whose they are and where the keys are.

The document is where OpenID Connect Discovery 1.0 section 4 looks for it: below the issuer, so that an
issuer may have a path. Its members are those of that specification and of RFC 8414 that are true here. Both
require more, but Tenantry is no authorization server: it has no endpoints for authorization and tokens, and
issues no ID tokens.
"""

from typing import Any, Final

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from tenantry.identity.keys.signing_key import ALGORITHM
from tenantry.runtime.settings import settings

PATH: Final = "/.well-known/openid-configuration"
KEY_SET_PATH: Final = "/.well-known/jwks.json"
INTROSPECTION_PATH: Final = "/operator/introspect"


def document(event: APIGatewayProxyEvent) -> dict[str, Any]:
    """Return the document, whose addresses begin as the one that the request was sent to.

    `id_token_signing_alg_values_supported` is where libraries look for the algorithm, such as go-oidc, which
    takes RS256 for granted without it.
    """
    return {
        "issuer": settings().token_issuer,
        "jwks_uri": f"{_base_url(event)}{KEY_SET_PATH}",
        "introspection_endpoint": f"{_base_url(event)}{INTROSPECTION_PATH}",
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "subject_types_supported": ["public"],
    }


def _base_url(event: APIGatewayProxyEvent) -> str:
    """Return the URL of the API as API Gateway tells it, whatever the client writes into header fields.

    The gateway of the local stack tells no domain. There, it is what the client calls the host.
    """
    context = event.request_context
    domain = event["requestContext"].get("domainName")
    host = f"https://{domain}" if domain else f"http://{event.headers['Host']}"
    return f"{host}{context.path.removesuffix(PATH)}"
