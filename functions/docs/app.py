"""GET /openapi.json and GET /docs: the description of the API, for programs and for people."""

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tenantry import http

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

CACHE_CONTROL = {"Cache-Control": "public, max-age=300"}
# The page carries its own script and style, calls this API, and is nobody's frame.
PAGE_HEADERS = CACHE_CONTROL | {
    "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

app = APIGatewayRestResolver()


def responses(media_type: str, kind: str) -> dict[int, OpenAPIResponse]:
    """Describe the answers of a route that serves one of the documents."""
    content: Any = {media_type: {"schema": {"type": kind}}}
    described = http.responses(HTTPStatus.OK, None)
    described[HTTPStatus.OK]["content"] = content
    return described


@cache
def openapi_document() -> str:
    """Return the OpenAPI document that was merged from all functions when they were built."""
    return (Path(__file__).parent / "openapi.json").read_text()


@app.get(
    "/openapi.json",
    summary="This document",
    operation_id="getOpenApiDocument",
    tags=["Service"],
    responses=responses("application/json", "object"),
)
def get_openapi_document() -> Response[str]:
    """Get the OpenAPI document."""
    return Response(HTTPStatus.OK, "application/json", openapi_document(), CACHE_CONTROL)


@app.get(
    "/docs",
    summary="This document for people",
    operation_id="getSwaggerUi",
    tags=["Service"],
    responses=responses("text/html", "string"),
)
def get_swagger_ui() -> Response[str]:
    """Get Swagger UI, complete in one page."""
    from aws_lambda_powertools.event_handler.openapi import swagger_ui  # noqa: PLC0415 - loads pydantic

    assets = Path(swagger_ui.__file__).parent
    page = swagger_ui.generate_swagger_html(
        spec=openapi_document().replace("</", "<\\/"),
        swagger_js=(assets / "swagger-ui-bundle.min.js").read_text(),
        swagger_css=(assets / "swagger-ui.min.css").read_text(),
        swagger_base_url="",
        oauth2_config=None,
    )
    return Response(HTTPStatus.OK, "text/html; charset=utf-8", page, PAGE_HEADERS)


lambda_handler = http.lambda_handler(app)
