"""What a route may answer, for the OpenAPI document."""

from http import HTTPStatus
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
    success: HTTPStatus, model: type[BaseModel] | None, *problems: HTTPStatus
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
    """
    described: dict[int, Any] = {int(success): {"description": success.phrase}}
    if model is not None:
        described[int(success)]["content"] = {"application/json": {"model": model}}
    for status in sorted({*problems, *EVERYWHERE}):
        described[int(status)] = {"description": status.phrase, "content": {CONTENT_TYPE: {"model": Problem}}}
    return described
