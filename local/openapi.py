"""Merges the OpenAPI documents of all functions into the one that the docs function serves."""

import importlib.util
import inspect
import sys
from pathlib import Path

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.merge import OpenAPIMerge
from aws_lambda_powertools.event_handler.openapi.models import (
    APIKey,
    APIKeyIn,
    HTTPBearer,
    SecurityScheme,
    Server,
)

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "layers" / "common" / "python"
DOCUMENT = ROOT / "functions" / "docs" / "openapi.json"
SECURITY_SCHEMES: dict[str, SecurityScheme] = {
    "bearer": HTTPBearer(bearerFormat="JWT"),
    # As API Gateway's own exports write it (OpenAPI's extension x-amazon-apigateway-authtype says the rest).
    "iam": APIKey(**{"in": APIKeyIn.header}, name="Authorization", description="AWS Signature Version 4"),
}
DESCRIPTION = """Organizations of a SaaS product, each with its own MongoDB collection.

Create an organization, log in, and send the access token as `Authorization: Bearer <token>`. Every answer
that is not a success is a problem document (RFC 9457) whose `code` programs can rely on.
"""


def merged_document() -> str:
    """Return the OpenAPI document of the whole API, as JSON."""
    merge = OpenAPIMerge(
        title="Tenantry",
        version="1",
        description=DESCRIPTION,
        servers=[Server(url=".")],  # relative to the document, so any stage and domain will do
        security_schemes=SECURITY_SCHEMES,
        on_conflict="error",
    )
    for source in sorted(ROOT.glob("functions/*/app.py")):
        app = _resolver(source)
        if app is not None:
            _describe_routes(app)
            schema = app.get_openapi_schema(security_schemes=SECURITY_SCHEMES)
            merge.add_schema(schema.model_dump(by_alias=True, exclude_none=True))
    return merge.get_openapi_json_schema() + "\n"


def _resolver(source: Path) -> APIGatewayRestResolver | None:
    """Import a function's app.py and return its resolver; one that no route reaches has none."""
    spec = importlib.util.spec_from_file_location(f"function_{source.parent.name}", source)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import {source}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, "app", None)


def _describe_routes(app: APIGatewayRestResolver) -> None:
    """Take each operation's description from the docstring of its function."""
    for route in [*app._static_routes, *app._dynamic_routes]:
        route.description = inspect.getdoc(route.func)


if __name__ == "__main__":
    sys.path.insert(0, str(LIBRARY))
    DOCUMENT.write_text(merged_document())
