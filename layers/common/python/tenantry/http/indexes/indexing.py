"""Indexes of an organization's documents."""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from pymongo.errors import OperationFailure

from tenantry.errors import IndexNotFound, IndexRefused
from tenantry.http.documents import refusals
from tenantry.http.documents.refusals import ID_INDEX
from tenantry.runtime import server_errors
from tenantry.runtime.mongodb import Document
from tenantry.tenants import TenantCollection

NAME_PATTERN: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"  # needs no percent-encoding in a URL

_NAME: Final = re.compile(NAME_PATTERN)


def find_all(collection: TenantCollection) -> list[Document]:
    """Return the indexes as the server describes them, the one on `_id` first."""
    return collection.list_indexes()


def create(
    collection: TenantCollection,
    keys: Sequence[tuple[str, int]],
    *,
    unique: bool,
    partial: bool,
    name: str | None,
) -> str:
    """Create an index and return its name; nothing changes if it is there.

    Raises
    ------
    IndexRefused, TooManyIndexes
        Nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown; repeating it tells.
    """
    name = name or _derived_name(keys)
    try:
        return collection.create_index(keys, unique=unique, partial=partial, name=name)
    except OperationFailure as error:
        raise refusals.of_index(name, error) or error from None


def _derived_name(keys: Sequence[tuple[str, int]]) -> str:
    """Return pymongo's name for the keys, or a digest of it where a URL could not hold it as it is."""
    name = "_".join(f"{field}_{order}" for field, order in keys)
    return name if _NAME.fullmatch(name) else hashlib.sha256(name.encode()).hexdigest()[:32]


def drop(collection: TenantCollection, name: str) -> None:
    """Drop an index.

    Raises
    ------
    IndexNotFound, IndexRefused
        Nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown; repeating it tells.
    """
    if name == ID_INDEX:
        raise IndexRefused("The index on _id stays.", indexes=[name])
    try:
        collection.drop_index(name)
    except OperationFailure as error:
        if error.code == server_errors.INDEX_NOT_FOUND:
            raise IndexNotFound from None
        raise
