"""How the OpenAPI document describes documents, which are no pydantic models: any object may be one."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from tenantry.http.document_requests import CANONICAL, JSON, LINES, MERGE_PATCH

_NOTE: Final[dict[str, Any]] = {"text": "hello", "tags": ["first"], "at": {"$date": "2026-01-31T12:00:00Z"}}
_STORED: Final[dict[str, Any]] = {"_id": {"$oid": "665f1c2e8b3e4a0012ab34cd"}, **_NOTE}

ID: Final = (
    "24 hexadecimal digits are an ObjectId, other text is itself, and every other id is Extended JSON, "
    'percent-encoded ({"$numberInt":"5"}) or in base64url after a tilde (~eyIkbnVtYmVySW50IjoiNSJ9)'
)
FILTER: Final = (
    "Extended JSON with MongoDB's operators $eq $ne $gt $gte $lt $lte $in $nin $exists $type $regex $all "
    "$elemMatch $size $mod $not $and $or $nor, as in "
    '{"tags":"first","at":{"$gte":{"$date":"2026-01-31T00:00:00Z"}}}'
)

DOCUMENT: Final = {JSON: _NOTE, CANONICAL: _NOTE}
DOCUMENTS: Final = {**DOCUMENT, LINES: '{"text":"one"}\n{"text":"two"}\n'}
PATCH: Final = {media_type: {"text": "hello again", "tags": None} for media_type in (MERGE_PATCH, JSON)}


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
    results: list[InsertedDocument]


def request_body(examples: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a request's body.

    Parameters
    ----------
    examples : mapping of str
        Media types, each with an example.
    """
    content = {
        media_type: {
            "schema": {"type": "string" if isinstance(example, str) else "object"},
            "example": example,
        }
        for media_type, example in examples.items()
    }
    return {"requestBody": {"required": True, "content": content}}
