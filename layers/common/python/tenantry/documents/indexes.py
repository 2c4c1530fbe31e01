"""Indexes of an organization's documents."""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from pymongo.errors import DuplicateKeyError, OperationFailure

from tenantry.database import Document
from tenantry.errors import IndexNotFound, IndexRefused
from tenantry.tenants import TenantCollection

ID_INDEX: Final = "_id_"
NAME_PATTERN: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"  # needs no percent-encoding in a URL

_NAME: Final = re.compile(NAME_PATTERN)
_INDEX_NOT_FOUND: Final = 27
_MAX_TIME_EXPIRED: Final = 50
_CONFLICTS: Final = {85, 86}  # IndexOptionsConflict, IndexKeySpecsConflict
_PARALLEL_ARRAYS: Final = 171


def find_all(mine: TenantCollection) -> list[Document]:
    """Return the indexes as the server describes them, the one on `_id` first."""
    return mine.list_indexes()


def create(
    mine: TenantCollection, keys: Sequence[tuple[str, int]], *, unique: bool, name: str | None
) -> Document:
    """Create an index and return it; nothing changes if it is there.

    Raises
    ------
    IndexRefused, TooManyIndexes
        Nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown; repeating it tells.
    """
    try:
        created = mine.create_index(keys, unique=unique, name=name or _derived_name(keys))
    except DuplicateKeyError:
        raise IndexRefused("Two documents have the same values in these fields.") from None
    except OperationFailure as error:
        raise _refusal(error) from None
    return {"name": created, "key": dict(keys), "unique": unique}


def _derived_name(keys: Sequence[tuple[str, int]]) -> str:
    """Return pymongo's name for the keys, or a digest of it where a URL could not hold it as it is."""
    name = "_".join(f"{field}_{order}" for field, order in keys)
    return name if _NAME.fullmatch(name) else hashlib.sha256(name.encode()).hexdigest()[:32]


def _refusal(error: OperationFailure) -> Exception:
    if error.code in _CONFLICTS:
        return IndexRefused("Another index has this name, or the same fields. Drop it first.")
    if error.code == _PARALLEL_ARRAYS:
        return IndexRefused("The documents cannot be indexed like this: several fields hold arrays.")
    if error.code == _MAX_TIME_EXPIRED:
        return IndexRefused("There are too many documents to index them within a request.")
    return error


def drop(mine: TenantCollection, name: str) -> None:
    """Drop an index.

    Raises
    ------
    IndexNotFound, IndexRefused
        Nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown; repeating it tells.
    """
    if name == ID_INDEX:
        raise IndexRefused("The index on _id stays.")
    try:
        mine.drop_index(name)
    except OperationFailure as error:
        if error.code == _INDEX_NOT_FOUND:
            raise IndexNotFound from None
        raise
