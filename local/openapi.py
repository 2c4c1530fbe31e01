"""Merges the OpenAPI documents of all functions into the one that the docs function serves."""

import importlib.util
import inspect
import json
import sys
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path as FilePath
from pkgutil import resolve_name
from typing import Annotated, Any, get_args

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.api_gateway import Route
from aws_lambda_powertools.event_handler.openapi.merge import OpenAPIMerge
from aws_lambda_powertools.event_handler.openapi.models import (
    APIKey,
    APIKeyIn,
    HTTPBearer,
    SecurityScheme,
    Server,
)
from aws_lambda_powertools.event_handler.openapi.params import Path

from local.openapi_examples import add_examples
from local.openapi_order import put_in_order
from local.openapi_problems import add_problems
from local.openapi_tables import (
    CONDITIONS,
    ETAG,
    HEADER_FIELDS,
    HEADER_FIELDS_OF_PROBLEMS,
    LINKS,
    REFRESH_COOKIE,
)
from tenantry.http import responses
from tenantry.http.callers import AtLeast
from tenantry.identity.roles import Role, Scope

ROOT = FilePath(__file__).resolve().parent.parent
LIBRARY = ROOT / "layers" / "common" / "python"
DOCUMENT = ROOT / "functions" / "docs" / "openapi.json"
SECURITY_SCHEMES: dict[str, SecurityScheme] = {
    "bearer": HTTPBearer(bearerFormat="JWT", description="An access token, or an API key: tk_..."),
    # As API Gateway's own exports write it (OpenAPI's extension x-amazon-apigateway-authtype says the rest).
    "iam": APIKey(**{"in": APIKeyIn.header}, name="Authorization", description="AWS Signature Version 4"),
}
SERVERS = [
    # Relative to the document, so any stage and domain will do.
    Server(url=".", description="The deployment that this document comes from"),
    Server(
        url="https://{host}",
        description="Any deployment",
        variables={
            "host": {"default": "api.example.com", "description": "Host, and stage if any, of ApiUrl"}
        },
    ),
]
_EXAMPLE: dict[str, Any] = {"example": "google"}
_TRIED = {"Audit", "Documents", "Indexes"}
"""Tags of the routes for which Swagger UI fills the organization in: not those that change or delete it."""

DESCRIPTION = """Organizations of a SaaS product, each with its own MongoDB collection.

Create an organization, log in, and send the access token as `Authorization: Bearer <token>`. Every answer
that is not a success is a problem document (RFC 9457) whose `code` programs can rely on. HEAD is answered as
GET without its content; OPTIONS, and 405 to every other method, list the methods of a path in `Allow`.
"""


def merged_document() -> str:
    """Return the OpenAPI document of the whole API, as JSON."""
    merge = OpenAPIMerge(
        title="Tenantry",
        version="1",
        description=DESCRIPTION,
        servers=SERVERS,
        security_schemes=SECURITY_SCHEMES,
        on_conflict="error",
    )
    for source in sorted(ROOT.glob("functions/*/app.py")):
        app = _resolver(source)
        if app is not None:
            for route in [*app._static_routes, *app._dynamic_routes]:
                _complete(route)
            schema = app.get_openapi_schema(security_schemes=SECURITY_SCHEMES)
            document = schema.model_dump(by_alias=True, exclude_none=True)
            _add_links(document)
            _add_header_fields(document)
            _add_conditions(document)
            _add_refresh_cookie(document)
            _add_merge_patch(document)
            merge.add_schema(document)
    merged = json.loads(merge.get_openapi_json_schema())
    add_examples(merged)
    add_problems(merged)
    put_in_order(merged)
    return json.dumps(merged, indent=2, ensure_ascii=False) + "\n"


def _add_links(document: dict[str, Any]) -> None:
    """Add to each answer the operations that can be next."""
    for item in document["paths"].values():
        for operation in item.values():
            for status, links in LINKS.get(operation["operationId"], {}).items():
                operation["responses"][status]["links"] = {
                    name: {"operationId": name, **link} for name, link in links.items()
                }


def _add_header_fields(document: dict[str, Any]) -> None:
    """Add to each answer the header fields that not every answer has."""
    for item in document["paths"].values():
        for operation in item.values():
            described = HEADER_FIELDS_OF_PROBLEMS | HEADER_FIELDS.get(operation["operationId"], {})
            for status, fields in described.items():
                if status in operation["responses"]:
                    operation["responses"][status]["headers"] = fields


def _add_conditions(document: dict[str, Any]) -> None:
    """Add to each operation that answers 412 the conditions that it takes (RFC 9110 section 13)."""
    for item in document["paths"].values():
        for method, operation in item.items():
            if HTTPStatus.PRECONDITION_FAILED in operation["responses"]:
                operation["parameters"] = [*operation.get("parameters", []), *CONDITIONS]
                if method == "get":
                    unchanged = {"description": HTTPStatus.NOT_MODIFIED.phrase, "headers": ETAG}
                    operation["responses"][HTTPStatus.NOT_MODIFIED] = unchanged


def _add_refresh_cookie(document: dict[str, Any]) -> None:
    """Add to each operation that sets the cookie the header field that asks for it."""
    for item in document["paths"].values():
        for operation in item.values():
            if any("Set-Cookie" in answer.get("headers", {}) for answer in operation["responses"].values()):
                operation["parameters"] = [*operation.get("parameters", []), REFRESH_COOKIE]


def _add_merge_patch(document: dict[str, Any]) -> None:
    """Add the media type of merge patches (RFC 7396) wherever PATCH takes JSON."""
    for item in document["paths"].values():
        content = item.get("patch", {}).get("requestBody", {}).get("content", {})
        if "application/json" in content:
            content.setdefault("application/merge-patch+json", content["application/json"])


def _resolver(source: FilePath) -> APIGatewayRestResolver | None:
    """Import a function's app.py and return its resolver; functions without a route have none."""
    spec = importlib.util.spec_from_file_location(f"function_{source.parent.name}", source)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import {source}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, "app", None)


def _complete(route: Route) -> None:
    """Add what only the document needs, so that functions start without it.

    The description of an operation is the docstring of its function, and the least role that it takes;
    `http.responses` names models, which are imported here; and text in the annotation of a parameter of the
    path becomes its description.
    """
    route.description = inspect.getdoc(route.func)
    _add_refusal_of_keys(route)
    for annotation in route.func.__annotations__.values():
        match get_args(annotation):
            case (_, AtLeast(least=least, scopes=scopes)):
                _add_least_role(route, least, scopes)
    for response in (route.responses or {}).values():
        contents: dict[str, Any] = response["content"]
        for media_type, content in contents.items():
            if model := content["schema"].get("$ref"):
                contents[media_type] = {"model": resolve_name(model)}
    example = _EXAMPLE if _TRIED.intersection(route.tags) else None
    for name, annotation in route.func.__annotations__.items():
        match get_args(annotation):
            case (kind, str(description)):
                parameter = Path(description=description, json_schema_extra=example)
                route.func.__annotations__[name] = Annotated[kind, parameter]


def _add_least_role(route: Route, least: Role, scopes: Sequence[Scope]) -> None:
    with_key = f", or an API key with the scope {' or '.join(scopes)}" if scopes else ""
    route.description = f"{route.description}\n\nTakes at least the role {least}{with_key}."
    extensions = {"x-least-role": least} | ({"x-scopes": list(scopes)} if scopes else {})
    route.openapi_extensions = {**(route.openapi_extensions or {}), **extensions}


def _add_refusal_of_keys(route: Route) -> None:
    """Add 403 to whatever takes a bearer token, for it may be an API key without the scope."""
    if any("bearer" in requirement for requirement in route.security or []):
        described = responses(HTTPStatus.OK, None, HTTPStatus.FORBIDDEN)
        route.responses = {HTTPStatus.FORBIDDEN: described[HTTPStatus.FORBIDDEN], **(route.responses or {})}


if __name__ == "__main__":
    sys.path.insert(0, str(LIBRARY))
    DOCUMENT.write_text(merged_document())
