"""Which indexes a tenant's collection may have, and how one that is its own gets them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from pymongo import IndexModel

from tenantry.registry import limits
from tenantry.registry.organizations.document import Place
from tenantry.runtime.mongodb import Document
from tenantry.storage import collections
from tenantry.storage.allowed import filters
from tenantry.storage.allowed.filters import ForbiddenOperation

MAX_INDEXES: Final = limits.MOST["indexes"]


class CollectionIndexes:
    """The indexes of a collection that is the tenant's own.

    Parameters
    ----------
    place : Place
        Where the collection should be.
    uuid : UUID
        Its identity; all commands name it, and raise `collections.CollectionElsewhere` if another is there.
    """

    def __init__(self, place: Place, uuid: UUID) -> None:
        self._place = place
        self.uuid = uuid

    def create(self, index: IndexModel) -> Document:
        """Create an index; see `collections.create_index`."""
        return collections.create_index(self._place, self.uuid, index)

    def drop(self, name: str) -> None:
        """Drop an index; see `collections.drop_index`."""
        collections.drop_index(self._place, self.uuid, name)


def model(keys: Iterable[tuple[str, int]], *, unique: bool, partial: bool, name: str) -> IndexModel:
    """Return an index as the server is asked to create it.

    Parameters
    ----------
    keys, unique, partial, name
        As from `TenantCollection.create_index`.

    Raises
    ------
    ForbiddenOperation
        Not every kind of tenant's collection can have it.
    """
    fields = list(keys)
    options: Document = {"name": name} if name else {}
    if partial:
        options["partialFilterExpression"] = holding_all_of(path for path, _ in fields)
    index = IndexModel(fields, unique=unique, **options)
    check(fields, index.document["name"])
    return index


def holding_all_of(paths: Iterable[str]) -> Document:
    """Return the filter of a partial index: it holds the documents that have each of its fields.

    Not MongoDB's sparse index, which holds those that have any of its fields, and so all documents of a pool,
    where the tenant is one of them; nor may an index be sparse and partial at once
    (https://www.mongodb.com/docs/manual/core/index-partial/#restrictions).
    """
    return {path: {"$exists": True} for path in paths}


def check(keys: Sequence[tuple[str, Any]], name: str) -> None:
    """Refuse an index that not every kind of tenant's collection can have.

    Raises
    ------
    ForbiddenOperation
        It is of a kind of its own (text, geospatial, hashed, wildcard), or is that on `_id`.
    """
    filters.check_sort(keys)
    if any("$**" in path for path, _ in keys) or [path for path, _ in keys] == ["_id"]:
        raise ForbiddenOperation("An index is on fields, and not on _id alone, which has its index")
    if name in {"_id_", "*"}:
        raise ForbiddenOperation(f"An index cannot have the name {name}")
