"""How much an update adds to the documents that it changes, at most.

The server tells only how many documents an update has changed. So what counts is what its operators and
values can add to each; values that replace others count as if they did not. That is never too little, and
little more than the update's own size, unless its paths lead to many places at once; see `is_loose`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import bson
from bson.codec_options import CodecOptions

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
"""https://www.mongodb.com/docs/manual/reference/limits/#bson-documents"""
MAX_PADDED_ITEMS: Final = 1_500_000
"""Of an array, in front of a position that is set; the server refuses more ("can't backfill more than")."""

_REMOVING: Final = frozenset({"$pull", "$pullAll", "$pop", "$unset"})
_INSERTING: Final = frozenset({"$setOnInsert"})
_FIELD_BYTES: Final = 16  # of a field or array around a value, or of a number that becomes a wider one
_ITEM_BYTES: Final = 9  # of null in an array: type, position in digits, zero
_LOOSE_BYTES: Final = 1_000


def is_loose(update: Mapping[str, Any]) -> bool:
    """Tell whether an update can add much more than it holds: to all items of arrays, or items in front."""
    paths = list(_paths(update, _REMOVING))
    return any("$[" in path for path in paths) or sum(map(_padding, paths)) > _LOOSE_BYTES


def at_most(update: Mapping[str, Any], options: CodecOptions[Any]) -> int:
    """Return how many bytes an update adds at most to a document that it changes."""
    paths = list(_paths(update, _REMOVING | _INSERTING))
    if any("$[" in path for path in paths):
        return MAX_DOCUMENT_BYTES
    padding = sum(map(_padding, paths))
    return min(_written(update, _REMOVING | _INSERTING, options) + padding, MAX_DOCUMENT_BYTES)


def of_upsert(query: Mapping[str, Any], update: Mapping[str, Any], options: CodecOptions[Any]) -> int:
    """Return how many bytes a document has at most that an upsert inserts, without its `_id`.

    It has no arrays but those in values, so no path leads to many places.
    """
    written = _written(update, _REMOVING, options) + _written({"": query}, frozenset(), options)
    return min(written, MAX_DOCUMENT_BYTES)


def _written(update: Mapping[str, Any], but: frozenset[str], options: CodecOptions[Any]) -> int:
    """Return the bytes of what operators say, and of the fields and arrays that these may need around it."""
    said = {name: fields for name, fields in update.items() if name not in but}
    levels = sum(path.count(".") + 1 for path in _paths(update, but))
    items = sum(len(each) for fields in said.values() for each in _each(fields))
    return len(bson.encode(said, codec_options=options)) + _FIELD_BYTES * levels + _ITEM_BYTES * items


def _paths(update: Mapping[str, Any], but: frozenset[str]) -> Iterator[str]:
    for name, fields in update.items():
        if name not in but:
            yield from fields
            yield from fields.values() if name == "$rename" else ()


def _padding(path: str) -> int:
    """Return the bytes of the items that the server puts in front of a position that an array lacks."""
    positions = [int(name) for name in path.split(".") if name.isascii() and name.isdigit()]
    return sum(_ITEM_BYTES * position for position in positions if position <= MAX_PADDED_ITEMS)


def _each(fields: Mapping[str, Any]) -> Iterator[Any]:
    for value in fields.values():
        if isinstance(value, Mapping) and isinstance(value.get("$each"), list | tuple):
            yield value["$each"]
