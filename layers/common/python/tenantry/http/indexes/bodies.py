"""Bodies of requests about indexes; their field descriptions become the OpenAPI document."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tenantry.errors import InvalidFields
from tenantry.http.indexes.indexing import NAME_PATTERN
from tenantry.http.schemas import Request
from tenantry.language import field_paths

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
