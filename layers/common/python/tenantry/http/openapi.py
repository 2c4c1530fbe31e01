"""What a route may answer, for the OpenAPI document.

Models are named as entry points are, and found when the document is made, so that no function that starts
imports them. See https://packaging.python.org/en/latest/specifications/entry-points/
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse, OpenAPIResponseContentSchema

from tenantry.http.problems import CONTENT_TYPE

PROBLEM: Final = "tenantry.http.answers:Problem"
EVERYWHERE: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


def responses(
    success: HTTPStatus,
    model: str | None,
    *problems: HTTPStatus,
    alternatives: Mapping[HTTPStatus, str] = MappingProxyType({}),
    media_types: Sequence[str] = ("application/json",),
) -> dict[int, OpenAPIResponse]:
    """Describe a route's answers.

    Parameters
    ----------
    success : http.HTTPStatus
        The status of its success.
    model : str, optional
        Where the pydantic model of its success is, as in
        ``tenantry.http.organizations.answers:Organization``; None if it has no body.
    *problems : http.HTTPStatus
        The problems of this route; those that every route may answer are added.
    alternatives : mapping of http.HTTPStatus to str
        Where the models of its other answers are, by status; problems need none.
    media_types : sequence of str
        Of all answers but problems.
    """
    described: dict[int, Any] = {int(success): {"description": success.phrase, "content": {}}}
    for status, body in {**({success: model} if model else {}), **alternatives}.items():
        content = {media_type: _referred(body) for media_type in media_types}
        described[int(status)] = {"description": status.phrase, "content": content}
    for status in sorted({*problems, *EVERYWHERE}):
        described[int(status)] = {"description": status.phrase, "content": {CONTENT_TYPE: _referred(PROBLEM)}}
    return described


def _referred(model: str) -> OpenAPIResponseContentSchema:
    return {"schema": {"$ref": model}}
