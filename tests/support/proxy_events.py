"""Events that a REST API sends to functions with proxy integration."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs

from tests.support.routes import route_of

STAGE: Final = "v1"
# What an event tells of who has signed a request; null in one that nobody has.
OF_SIGNATURES: Final = (
    "cognitoIdentityPoolId",
    "accountId",
    "cognitoIdentityId",
    "caller",
    "principalOrgId",
    "accessKey",
    "cognitoAuthenticationType",
    "cognitoAuthenticationProvider",
    "userArn",
    "user",
)


def behind_domain(event: Mapping[str, Any], base_path: str) -> dict[str, Any]:
    """Return the event that a REST API sends for the same request to a custom domain with a base path.

    The path has the base path then, and that of the context has no stage, as recorded events show:
    https://github.com/aws-powertools/powertools-lambda-python/issues/773
    """
    path, domain = base_path + event["path"], "api.example.com"
    context = event["requestContext"] | {"path": path, "domainName": domain, "domainPrefix": "api"}
    fields = {"headers": event["headers"] | {"Host": domain}}
    fields["multiValueHeaders"] = event["multiValueHeaders"] | {"Host": [domain]}
    return {**event, **fields, "path": path, "requestContext": context}


def proxy_event(
    method: str, path: str, headers: Mapping[str, str], body: str | None, *, is_base64: bool = False
) -> dict[str, Any]:
    """Make the event that a REST API sends to a function with proxy integration."""
    path, _, query = path.partition("?")
    parameters_of_query = parse_qs(query, keep_blank_values=True)
    resource, _, parameters = route_of(method, path)
    fields = {"Host": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com", "X-Forwarded-Proto": "https"}
    fields |= headers
    now = datetime.now(UTC)
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": fields,
        "multiValueHeaders": {name: [value] for name, value in fields.items()},
        "queryStringParameters": {name: values[-1] for name, values in parameters_of_query.items()} or None,
        "multiValueQueryStringParameters": parameters_of_query or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "r00001",
            "resourcePath": resource,
            "httpMethod": method,
            "extendedRequestId": "Dw7xYEXAMPLE01=",
            "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "path": f"/{STAGE}{path}",
            "accountId": "123456789012",
            "protocol": "HTTP/1.1",
            "stage": STAGE,
            "domainPrefix": fields["Host"].partition(".")[0],
            "requestTimeEpoch": int(now.timestamp() * 1000),
            "requestId": str(uuid.uuid4()),
            "identity": dict.fromkeys(OF_SIGNATURES)
            | {"sourceIp": "203.0.113.7", "userAgent": fields.get("User-Agent", "curl/8.5.0")},
            "domainName": fields["Host"],
            "deploymentId": "d1e2f3",
            "apiId": "a1b2c3d4e5",
        },
        "body": body,
        "isBase64Encoded": is_base64,
    }
