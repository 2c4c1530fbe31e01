"""Updates and bulk operations that mean the same in an organization's own collection and in a pool."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pymongo import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne

from tenantry.runtime.mongodb import Document
from tenantry.storage.allowed import document_ids, filters, key_sizes
from tenantry.storage.allowed.filters import ForbiddenOperation

OPERATORS: Final = frozenset({
    "$addToSet", "$bit", "$currentDate", "$inc", "$max", "$min", "$mul", "$pop", "$pull", "$pullAll", "$push",
    "$rename", "$set", "$setOnInsert", "$unset",
})  # fmt: skip
"""https://www.mongodb.com/docs/manual/reference/operator/update/"""
OF_ID: Final = frozenset({"$set", "$setOnInsert"})
"""Those that may name `_id`, which they change in no document that exists."""

MAX_FIELDS: Final = 500
"""Of one update: the server looks up each of them among the fields of a document."""
MAX_VALUES: Final = 200
"""For one field: the server compares each of them with each item of an array."""

BulkOperation = InsertOne[Document] | ReplaceOne[Document] | UpdateOne | UpdateMany | DeleteOne | DeleteMany


def check(query: Any, update: Any, *, upsert: bool = False) -> None:
    """Refuse an update that computes, or that could change an `_id`.

    Raises
    ------
    ForbiddenOperation
        The filter, an operator or a path is refused; the message names it.
    """
    _check_filter(query, upsert=upsert)
    if not isinstance(update, Mapping) or not update:
        raise ForbiddenOperation("An update consists of update operators; it is no pipeline")
    for name, fields in update.items():
        if name not in OPERATORS or not isinstance(fields, Mapping):
            raise ForbiddenOperation(f"{name} is not an operator that an update may use like this")
        for path in (*fields, *(fields.values() if name == "$rename" else ())):
            if f"{path}.".startswith("_id.") and (path != "_id" or name not in OF_ID):
                raise ForbiddenOperation(f"{name} does not change {path}")
            filters.check_path(str(path))
        if name in OF_ID:
            _check_id(fields)
        _check_values(name, fields)
    if sum(map(len, update.values())) > MAX_FIELDS:
        raise ForbiddenOperation(f"An update changes at most {MAX_FIELDS} fields")


def _check_values(name: str, fields: Mapping[str, Any]) -> None:
    """Refuse too many values to compare with each item of an array, and a costly filter of `$pull`."""
    for path, value in fields.items():
        if name == "$pull":
            filters.check({path: {"$elemMatch": value} if isinstance(value, Mapping) else value})
        compared = value.get("$each") if name == "$addToSet" and isinstance(value, Mapping) else value
        if name in {"$addToSet", "$pullAll"} and isinstance(compared, list) and len(compared) > MAX_VALUES:
            raise ForbiddenOperation(f"{name} takes at most {MAX_VALUES} values for a field")


def check_replacement(query: Any, replacement: Any, *, upsert: bool = False) -> None:
    """Refuse a replacement that is an update or is refused as a document, or whose filter is refused.

    Raises
    ------
    ForbiddenOperation
    """
    _check_filter(query, upsert=upsert)
    if not isinstance(replacement, Mapping) or any(name.startswith("$") for name in replacement):
        raise ForbiddenOperation("A replacement is a document, in which no field begins with $")
    check_document(replacement)


def check_document(document: Mapping[str, Any]) -> None:
    """Refuse a document that not every server stores, or whose keys in an index may be too large.

    See `tenantry.storage.allowed.document_ids` and `tenantry.storage.allowed.key_sizes`.

    Raises
    ------
    ForbiddenOperation
    """
    _check_id(document)
    if key_sizes.are_too_large(document):
        raise ForbiddenOperation(
            f"A document holds no more bytes beside an array than {key_sizes.MAX_BYTES} divided by its items"
        )


def check_bulk(operations: Sequence[BulkOperation]) -> None:
    """Refuse operations of which one would be refused by itself, or has options.

    Raises
    ------
    ForbiddenOperation
    """
    for operation in operations:
        if any(getattr(operation, option, None) is not None for option in ("_collation", "_hint", "_sort")):
            raise ForbiddenOperation("Bulk operations take no collation, hint or order")
        if isinstance(operation, UpdateOne | UpdateMany):
            check(operation._filter, operation._doc, upsert=bool(operation._upsert))
            for array_filter in operation._array_filters or ():
                filters.check(array_filter)
        elif isinstance(operation, ReplaceOne):
            check_replacement(operation._filter, operation._doc, upsert=bool(operation._upsert))
        elif isinstance(operation, DeleteOne | DeleteMany):
            filters.check(operation._filter)
        elif isinstance(operation, InsertOne):
            check_document(operation._doc)
        else:
            raise ForbiddenOperation("That is no bulk operation")


def _check_id(fields: Mapping[str, Any]) -> None:
    if document_ids.is_refused(fields.get("_id")):
        raise ForbiddenOperation("An _id holds no name that begins with $, but those of a reference")


def _check_filter(query: Any, *, upsert: bool) -> None:
    if upsert:
        filters.check_upsert(query)
        own_id = filters.equality(query.get("_id"))
        _check_id({"_id": own_id[0] if own_id else None})
    else:
        filters.check(query)
