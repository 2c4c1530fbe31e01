"""The HTTP API without a gateway: full proxy events, handed to the handler of the route's function."""

import importlib.util
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.parse import parse_qs

PROJECT: Final = Path(__file__).parents[2]
STAGE: Final = "v1"
ROUTES: Final = (
    ("POST", "/organizations", "create_organization"),
    ("GET", "/organizations/{organization}", "get_organization"),
    ("PATCH", "/organizations/{organization}", "update_organization"),
    ("DELETE", "/organizations/{organization}", "delete_organization"),
    ("POST", "/organizations/{organization}/documents", "documents"),
    ("GET", "/organizations/{organization}/documents", "documents"),
    ("GET", "/organizations/{organization}/documents/{document}", "documents"),
    ("PUT", "/organizations/{organization}/documents/{document}", "documents"),
    ("PATCH", "/organizations/{organization}/documents/{document}", "documents"),
    ("DELETE", "/organizations/{organization}/documents/{document}", "documents"),
    ("GET", "/organizations/{organization}/count", "documents"),
    ("GET", "/organizations/{organization}/indexes", "indexes"),
    ("POST", "/organizations/{organization}/indexes", "indexes"),
    ("DELETE", "/organizations/{organization}/indexes/{name}", "indexes"),
    ("GET", "/organizations/{organization}/audit", "audit"),
    ("GET", "/organizations/{organization}/members", "members"),
    ("GET", "/organizations/{organization}/members/{member}", "members"),
    ("PATCH", "/organizations/{organization}/members/{member}", "members"),
    ("DELETE", "/organizations/{organization}/members/{member}", "members"),
    ("GET", "/organizations/{organization}/ownership-transfer", "members"),
    ("PUT", "/organizations/{organization}/ownership-transfer", "members"),
    ("DELETE", "/organizations/{organization}/ownership-transfer", "members"),
    ("POST", "/organizations/{organization}/ownership-transfer/accept", "members"),
    ("POST", "/login", "login"),
    ("POST", "/login/confirm", "login"),
    ("POST", "/login/refresh", "refresh"),
    ("POST", "/login/switch", "refresh"),
    ("GET", "/operator/audit", "audit"),
    ("POST", "/operator/organizations", "operator"),
    ("PUT", "/operator/organizations/{organization}/suspension", "operator"),
    ("DELETE", "/operator/organizations/{organization}/suspension", "operator"),
    ("POST", "/logout", "logout"),
    ("POST", "/logout/everywhere", "logout"),
    ("GET", "/account", "account"),
    ("DELETE", "/account", "account"),
    ("GET", "/account/sessions", "account"),
    ("DELETE", "/account/sessions/{session}", "account"),
    ("POST", "/account/email-verification", "account"),
    ("POST", "/account/email-verification/complete", "account"),
    ("PUT", "/account/password", "change_password"),
    ("POST", "/account/password-reset", "change_password"),
    ("POST", "/account/password-reset/complete", "change_password"),
    ("POST", "/account/email-change", "change_email"),
    ("POST", "/account/email-change/complete", "change_email"),
    ("POST", "/account/email-change/undo", "change_email"),
    ("POST", "/organizations/{organization}/invitations", "invitations"),
    ("GET", "/organizations/{organization}/invitations", "invitations"),
    ("POST", "/organizations/{organization}/invitations/{invitation}/resend", "invitations"),
    ("DELETE", "/organizations/{organization}/invitations/{invitation}", "invitations"),
    ("POST", "/invitations/accept", "invitations"),
    ("GET", "/.well-known/jwks.json", "jwks"),
    ("GET", "/openapi.json", "docs"),
    ("GET", "/docs", "docs"),
    ("GET", "/health", "health"),
)
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
OMITTED: Final = object()


@dataclass
class LambdaContext:
    """What handlers use of Lambda's context object."""

    function_name: str
    memory_limit_in_mb: int = 512
    aws_request_id: str = "4c7e1b0a-5d2f-4e8b-9a6c-3f1d2b4c5e6f"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:us-east-1:123456789012:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return 15_000


@dataclass(frozen=True)
class Answer:
    """An HTTP answer as a client gets it; names of header fields are in lower case."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The problem's code; empty for an answer that is no problem document."""
        if self.headers.get("content-type") != "application/problem+json":
            return ""
        return str(self.json["code"])

    @property
    def apart_from_request_id(self) -> tuple[int, dict[str, str], str]:
        """All that a client sees but the request's id."""
        return self.status, self.headers, re.sub(r"urn:tenantry:request:[0-9a-f-]+", "", self.text)


@cache
def module(function: str) -> ModuleType:
    """Load functions/<function>/app.py, once per process."""
    spec = importlib.util.spec_from_file_location(
        f"functions.{function}", PROJECT / "functions" / function / "app.py"
    )
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def handler(function: str) -> Any:
    """Return the handler of functions/<function>/app.py."""
    return module(function).lambda_handler


def route_of(method: str, path: str) -> tuple[str, str, dict[str, str]]:
    """Return resource, function and path parameters of a request, as API Gateway finds them.

    A method without a route goes to the function of ANY, which is the first one of the path here.
    """
    routes = []
    for route_method, resource, function in ROUTES:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(resource))
        if match := re.fullmatch(pattern, path, re.DOTALL):
            routes.append((route_method != method, resource, function, match.groupdict()))
    if not routes:
        raise LookupError(f"API Gateway has no route {path}")
    _, resource, function, parameters = min(routes, key=lambda route: route[0])
    return resource, function, parameters


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


class Service:
    """Sends requests to the functions of this process, one after the other.

    Behind the base path of a custom domain, if one is given, or else at the default endpoint.
    """

    def __init__(self, base_path: str | None = None) -> None:
        self._base_path = base_path

    def request(
        self,
        method: str,
        path: str,
        *,
        json_body: Any = OMITTED,
        body: str | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        is_base64: bool = False,
    ) -> Answer:
        """Send one request; `json_body` is encoded, `body` is sent as it is."""
        fields = {} if token is None else {"Authorization": f"Bearer {token}"}
        if json_body is not OMITTED:
            body = json.dumps(json_body)
        if body is not None:
            fields["Content-Type"] = "application/json"
        event = proxy_event(method, path, fields | dict(headers or {}), body, is_base64=is_base64)
        return self.send(event if self._base_path is None else behind_domain(event, self._base_path))

    def send(self, event: dict[str, Any]) -> Answer:
        """Invoke the function of the event's route."""
        _, function, _ = route_of(event["httpMethod"], event["resource"])
        answer = handler(function)(event, LambdaContext(function))
        fields = dict(answer.get("headers") or {})
        fields |= {name: ", ".join(values) for name, values in answer["multiValueHeaders"].items()}
        assert answer["isBase64Encoded"] is False
        return Answer(
            answer["statusCode"],
            {name.lower(): value for name, value in fields.items()},
            answer["body"] or "",
        )

    def get(self, path: str, **parts: Any) -> Answer:
        return self.request("GET", path, **parts)

    def post(self, path: str, json: Any = OMITTED, **parts: Any) -> Answer:
        return self.request("POST", path, json_body=json, **parts)

    def patch(self, path: str, json: Any = OMITTED, **parts: Any) -> Answer:
        return self.request("PATCH", path, json_body=json, **parts)

    def put(self, path: str, json: Any = OMITTED, **parts: Any) -> Answer:
        return self.request("PUT", path, json_body=json, **parts)

    def delete(self, path: str, **parts: Any) -> Answer:
        return self.request("DELETE", path, **parts)
