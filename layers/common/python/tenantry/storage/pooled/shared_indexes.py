"""Indexes that all tenants of a pool share, which a roll-out gives them."""

from pymongo import IndexModel
from pymongo.errors import OperationFailure

from tenantry.errors import TooManyIndexes
from tenantry.registry.organizations.document import Place
from tenantry.runtime import mongodb, server_errors
from tenantry.storage import collections
from tenantry.storage.pooled.indexes import MAX_INDEXES_OF_COLLECTION, SHARED, in_pool


def create(place: Place, index: IndexModel) -> None:
    """Create an index for all tenants of a pool; nothing changes if it is there.

    Raises
    ------
    TooManyIndexes
        The pool has as many as a collection may have; nothing changed.
    pymongo.errors.OperationFailure
        The server refused, or the index was not ready in time; nothing changed.
    """
    pool = collections.at(place)
    stored = in_pool(index, SHARED + index.document["name"])
    try:
        mongodb.run_majority_command(pool.database, {"createIndexes": pool.name, "indexes": [stored]})
    except OperationFailure as error:
        is_full = len(list(pool.list_indexes())) >= MAX_INDEXES_OF_COLLECTION
        if error.code == server_errors.CANNOT_CREATE_INDEX and is_full:
            raise TooManyIndexes("The pool has as many indexes as a collection may have.") from None
        raise


def drop(place: Place, name: str) -> None:
    """Drop an index of all tenants of a pool; doing it twice changes nothing."""
    pool = collections.at(place)
    try:
        mongodb.run_majority_command(pool.database, {"dropIndexes": pool.name, "index": SHARED + name})
    except OperationFailure as error:
        if error.code not in (server_errors.INDEX_NOT_FOUND, server_errors.NAMESPACE_NOT_FOUND):
            raise
