"""Which options and indexes a tenant's collection may have, where it is backed up and where it is restored.

They are those that Tenantry gives it: no options at all, and the indexes that `tenantry.tenants` makes. What
an operator has added is refused in both places, so whatever is backed up can be restored; and an archive that
somebody has forged gets nothing that the tenant could not have made.
"""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pymongo import IndexModel

from cli.backups.errors import reason
from tenantry.errors import InvalidFields, MalformedRequest
from tenantry.language import extended_json, strict_json
from tenantry.storage.indexes import MAX_INDEXES, check, holding_all_of

MAX_DEPTH: Final = 8  # of the JSON; the number in an index's key is the sixth level
MAX_NAME_CHARACTERS: Final = 127  # as servers before 4.2 took
MAX_KEYS: Final = 32  # https://www.mongodb.com/docs/manual/reference/limits/#indexes
ID_INDEX: Final = {"v": 2, "key": {"_id": 1}, "name": "_id_"}


class ForeignCollection(Exception):
    """The collection has an option or an index that Tenantry makes nowhere; the message names it."""


def _known(index: Any) -> Any:
    """Refuse an index with an option that is not of `TenantIndex`."""
    if isinstance(index, dict) and (foreign := index.keys() - TenantIndex.model_fields.keys()):
        raise ValueError(f"the index {index.get('name')} has the option {min(foreign)}")
    return index


class TenantIndex(BaseModel):
    """An index that a tenant's collection may have."""

    model_config = ConfigDict(strict=True)

    v: Literal[2] = 2
    key: dict[str, Literal[1, -1]] = Field(min_length=1, max_length=MAX_KEYS)
    name: str = Field(min_length=1, max_length=MAX_NAME_CHARACTERS)
    unique: bool = False
    partialFilterExpression: dict[str, Any] | None = None  # noqa: N815 - as MongoDB names it

    @model_validator(mode="after")
    def _check(self) -> Self:
        check([*self.key.items()], self.name)
        if self.partialFilterExpression not in (None, holding_all_of(self.key)):
            raise ValueError(f"the index {self.name} is partial otherwise than Tenantry makes it")
        return self

    def model(self) -> IndexModel:
        """Return what the server is asked to create."""
        options: dict[str, Any] = {"unique": True} if self.unique else {}
        if self.partialFilterExpression is not None:
            options["partialFilterExpression"] = holding_all_of(self.key)
        return IndexModel([*self.key.items()], name=self.name, **options)


def _check_options(options: dict[str, Any]) -> dict[str, Any]:
    if options:
        raise ValueError(f"the collection has the option {min(options)}")
    return options


class _Description(BaseModel):
    """Metadata of a collection, as `mongodump` writes them; further members say what it was called."""

    model_config = ConfigDict(strict=True)

    options: Annotated[dict[str, Any], AfterValidator(_check_options)]
    indexes: list[Annotated[TenantIndex, BeforeValidator(_known)]] = Field(max_length=MAX_INDEXES)
    type: Literal["collection"]


def checked(metadata: str) -> list[TenantIndex]:
    """Return the indexes of a tenant's collection, without the one on `_id`.

    Parameters
    ----------
    metadata : str
        As `archive.Namespace` has them.

    Raises
    ------
    ForeignCollection
    """
    try:
        description = extended_json.decode(strict_json.loads(metadata, max_depth=MAX_DEPTH))
        first, *further = description["indexes"]
        indexes = _Description.model_validate(description | {"indexes": further}).indexes
    except ValidationError as error:
        raise ForeignCollection(reason(error)) from None
    except (MalformedRequest, InvalidFields, LookupError, TypeError, ValueError):
        raise ForeignCollection("its metadata are not those of a collection") from None
    if first != ID_INDEX:
        raise ForeignCollection("its first index is not the one on _id")
    return indexes
