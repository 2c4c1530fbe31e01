"""What a route may answer, for the OpenAPI document."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
from pydantic import BaseModel

from tenantry.http.problems import CONTENT_TYPE
from tenantry.schemas import Problem

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
    model: type[BaseModel] | None,
    *problems: HTTPStatus,
    others: Mapping[HTTPStatus, type[BaseModel]] = MappingProxyType({}),
    media_types: Sequence[str] = ("application/json",),
) -> dict[int, OpenAPIResponse]:
    """Describe a route's answers.

    Parameters
    ----------
    success : http.HTTPStatus
        The status of its success.
    model : type of BaseModel, optional
        The body of its success; None if it has none.
    *problems : http.HTTPStatus
        The problems of this route; those that every route may answer are added.
    others : mapping of http.HTTPStatus to type of BaseModel
        Further answers that are no problems.
    media_types : sequence of str
        Of all answers that are no problems.
    """
    described: dict[int, Any] = {int(success): {"description": success.phrase, "content": {}}}
    for status, body in {**({success: model} if model else {}), **others}.items():
        content = {media_type: {"model": body} for media_type in media_types}
        described[int(status)] = {"description": status.phrase, "content": content}
    for status in sorted({*problems, *EVERYWHERE}):
        described[int(status)] = {"description": status.phrase, "content": {CONTENT_TYPE: {"model": Problem}}}
    return described
