"""Shapes of requests and answers about indexes."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from tenantry.errors import InvalidFields
from tenantry.http.documents.refusals import ID_INDEX
from tenantry.http.indexes.indexing import NAME_PATTERN
from tenantry.http.schemas import Request
from tenantry.language import field_paths
from tenantry.runtime.mongodb import Document

MAX_FIELDS = 8


def _check_path(path: str) -> str:
    try:
        field_paths.check(path, "field")
    except InvalidFields as error:
        raise ValueError(error.extensions["errors"][0]["message"]) from None
    return path


class IndexKey(Request):
    """One field of an index."""

    field: Annotated[str, StringConstraints(max_length=200), AfterValidator(_check_path)] = Field(
        description="Path of the field.",
        examples=["at"],
        json_schema_extra={"pattern": r"^[^$.\0][^.\0]*(\.[^$.\0][^.\0]*)*$"},
    )
    order: Literal[1, -1] = Field(default=1, description="1 for ascending, -1 for descending.")


def _check_keys(keys: list[IndexKey]) -> list[IndexKey]:
    fields = [key.field for key in keys]
    if len(set(fields)) < len(fields) or fields == ["_id"]:
        raise ValueError("must be different fields, and not _id alone, which has its index")
    if (refusal := field_paths.refusal_of_key(fields)) is not None:
        raise ValueError(refusal)
    return keys


class CreateIndex(Request):
    """Body of POST /organizations/{organization}/indexes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"keys": [{"field": "at", "order": -1}], "name": "by-date"}]}
    )

    keys: Annotated[list[IndexKey], AfterValidator(_check_keys)] = Field(min_length=1, max_length=MAX_FIELDS)
    unique: bool = Field(default=False, description="Refuse two documents with the same values.")
    partial: bool = Field(
        default=False,
        description="Leave out documents that lack one of the fields: `unique` refuses none of them, and "
        "queries that find some of them are not served. A field that is null is there.",
    )
    name: Annotated[str, StringConstraints(pattern=f"^{NAME_PATTERN}$")] | None = Field(
        default=None, description="Made of the keys if left out.", examples=["by-date"]
    )


class Index(BaseModel):
    """An index."""

    name: str = Field(examples=["by-date"])
    keys: list[dict[str, str | int]] = Field(examples=[[{"field": "at", "order": -1}]])
    unique: bool
    partial: bool = Field(description="Documents that lack one of the fields are left out.")


class Indexes(BaseModel):
    """Answer of GET /organizations/{organization}/indexes."""

    indexes: list[Index]


def created(name: str, wanted: CreateIndex) -> Index:
    """Return the representation of an index that was created as a client wanted it."""
    keys = [key.model_dump() for key in wanted.keys]
    return Index(name=name, keys=keys, unique=wanted.unique, partial=wanted.partial)


def index_of(document: Document) -> Index:
    """Return the representation of an index as the server describes it."""
    keys = [{"field": field, "order": order} for field, order in document["key"].items()]
    return Index(
        name=document["name"],
        keys=keys,
        unique=document.get("unique", False) or document["name"] == ID_INDEX,
        partial="partialFilterExpression" in document,
    )
