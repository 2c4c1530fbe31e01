"""Shapes of answers about documents; any object may be one."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
from pydantic import BaseModel, ConfigDict, Field, RootModel

from tenantry.errors import DocumentExists
from tenantry.http import openapi
from tenantry.http.bodies import JSON
from tenantry.http.documents.bodies import NOTE
from tenantry.http.documents.requests import CANONICAL

_STORED: Final[dict[str, Any]] = {"_id": {"$oid": "665f1c2e8b3e4a0012ab34cd"}, **NOTE}
_RESULTS: Final = [
    {"status": HTTPStatus.CREATED, "_id": _STORED["_id"]},
    {"status": HTTPStatus.CONFLICT, "code": DocumentExists.code, "detail": DocumentExists().detail},
]

_MEDIA_TYPES: Final = (JSON, CANONICAL)


class Document(BaseModel):
    """A document, in MongoDB Extended JSON; canonical if the request accepts `application/ejson`."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_STORED]})

    id: Any = Field(alias="_id", description="Any type but null, boolean, array and regular expression.")


class DocumentPage(BaseModel):
    """Answer of GET /organizations/{organization}/documents."""

    documents: list[dict[str, Any]] = Field(examples=[[_STORED]])
    next_cursor: str | None = Field(description="Of the next page; null on the last one.", examples=[None])


class DocumentCount(BaseModel):
    """Answer of GET /organizations/{organization}/count."""

    count: int = Field(examples=[1])


class InsertedDocument(BaseModel):
    """What became of one document of a list."""

    model_config = ConfigDict(extra="allow")

    status: int = Field(description="201, or the status that it would have got alone.", examples=[201])
    id: Any = Field(default=None, alias="_id", description="Of a document that is stored.")
    code: str | None = Field(default=None, description="Of the problem.", examples=["document-exists"])
    detail: str | None = Field(default=None, description="Of the problem.")


class InsertedDocuments(BaseModel):
    """Answer of POST /organizations/{organization}/documents to a list, in its order."""

    inserted: int = Field(description="How many are stored.", examples=[1])
    results: list[InsertedDocument] = Field(examples=[_RESULTS])


class Inserted(RootModel[Document | InsertedDocuments]):
    """The stored document, or what became of each of a list."""


def responses(
    success: HTTPStatus,
    model: str | None,
    *problems: HTTPStatus,
    alternatives: Mapping[HTTPStatus, str] = MappingProxyType({}),
) -> dict[int, OpenAPIResponse]:
    """Describe a route's answers as `openapi.responses` does, with what all routes of documents share.

    Models are named without this module's path.
    """
    return openapi.responses(
        success,
        model and f"{__name__}:{model}",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        *problems,
        alternatives={status: f"{__name__}:{name}" for status, name in alternatives.items()},
        media_types=_MEDIA_TYPES,
    )
