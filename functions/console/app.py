"""GET /console and the files below it: what administrators use in a browser."""

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from tenantry import http
from tenantry.errors import NotFound
from tenantry.http import console

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

app = APIGatewayRestResolver()


def redirect(location: str) -> Response[None]:
    """Redirect to a place relative to the request's, behind whatever stage or base path it has."""
    fields = {**console.header_fields(), "Location": location}
    return Response(HTTPStatus.TEMPORARY_REDIRECT, headers=fields)


@app.get("/console", include_in_schema=False)
def get_console() -> Response[None]:
    """Redirect to the page, below whose folder everything is relative."""
    return redirect(f"console/{console.INDEX}")


@app.get("/console/<file>", include_in_schema=False)
def get_file(file: str) -> Response[Any]:
    """Serve a file of the console's folder, or redirect from the address in a mail to its page."""
    path = unquote(file)
    if path in console.PAGES_OF_MAILS:
        return redirect(f"{console.INDEX}?page={path}")
    served = console.files().get(path)
    if served is None:
        raise NotFound
    fields = {**console.header_fields(path), "ETag": served.etag}
    return Response(HTTPStatus.OK, served.media_type, served.content, fields)


_answer = http.lambda_handler(app)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a request."""
    return _answer(console.with_one_segment(event), context)
