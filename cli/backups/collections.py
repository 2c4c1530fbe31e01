"""Options and indexes of a collection, as the server describes them."""

from typing import Any

from pymongo.database import Database
from pymongo.errors import OperationFailure

from cli.backups.archive import EXACT, Document

NAMESPACE_NOT_FOUND = 26


def describe(database: Database[Any], name: str) -> Document | None:
    """Return `options`, `indexes`, `uuid` and `type` of a collection, or None if there is none.

    Both commands' replies hold all there is: one collection, and at most 64 indexes.
    """
    listing = {"listCollections": 1, "filter": {"name": name}}
    found = database.command(listing, codec_options=EXACT)["cursor"]["firstBatch"]
    try:
        indexes = database.command({"listIndexes": name}, codec_options=EXACT)["cursor"]["firstBatch"]
    except OperationFailure as error:
        if error.code != NAMESPACE_NOT_FOUND:
            raise
        return None
    if not found:
        return None
    (collection,) = found
    return {
        "options": collection["options"],
        "indexes": indexes,
        "uuid": collection["info"]["uuid"].hex(),
        "type": collection["type"],
    }


def create(database: Database[Any], name: str, description: Document) -> None:
    """Create a collection with the options of another."""
    database.command({"create": name} | description["options"])


def create_indexes(database: Database[Any], name: str, description: Document) -> None:
    """Create the indexes of another collection, except the one that a collection is created with."""
    own = [index for index in description["indexes"] if not _comes_with_collection(index)]
    if own:
        database.command({"createIndexes": name, "indexes": own})


def _comes_with_collection(index: Document) -> bool:
    return (list(index["key"]) == ["_id"] and index["name"] == "_id_") or bool(index.get("clustered"))
