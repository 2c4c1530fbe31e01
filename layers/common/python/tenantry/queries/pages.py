"""Pages of sorted documents that stay exact while others insert and delete (keyset pagination).

A cursor holds the sort key of the last document of its page, and the next page starts strictly behind it. The
server itself says what the sort key is (`{$meta: "sortKey"}`), so arrays, missing fields and mixed types
need no rules here: https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
"""

import base64
import hashlib
import uuid
from datetime import datetime
from typing import Any, Final

import bson
from bson import Code, DatetimeMS, DBRef, Decimal128, MinKey, ObjectId, Timestamp
from bson.errors import BSONError

from tenantry.errors import InvalidFields
from tenantry.extended_json import CODEC_OPTIONS
from tenantry.queries.sorting import Sort

MAX_CURSOR_CHARACTERS: Final = 4096  # API Gateway takes 10 KB of request line and headers together
MAX_DEPTH: Final = 150  # of values in a cursor; the server refuses commands of more than 200
_DIGEST_BYTES: Final = 8

SortKey = list[list[Any]]

# Each component stands in an array of its own, so that the sort key of an empty array, which is `undefined`
# and which drivers read as null, can be an array, too: one between those of MinKey and of null.
_SORT_KEY: Final = {
    "$map": {
        "input": {"$meta": "sortKey"},
        "in": {
            "$cond": [{"$eq": [{"$type": "$$this"}, "undefined"]}, {"$literal": [MinKey(), 0]}, ["$$this"]]
        },
    }
}
_BEFORE_ARRAYS: Final = (MinKey, int, float, Decimal128, str, dict, DBRef)
_AFTER_ARRAYS: Final = (bytes, uuid.UUID, ObjectId, bool, datetime, DatetimeMS, Timestamp)
_TYPES_AFTER_ARRAYS: Final = [
    "binData", "objectId", "bool", "date", "timestamp", "regex", "dbPointer", "javascript",
    "javascriptWithScope", "maxKey",
]  # fmt: skip


def pipeline(
    query: dict[str, Any], sort: Sort, fields: dict[str, Any] | None, limit: int, cursor: str | None
) -> list[dict[str, Any]]:
    """Return the aggregation that finds one page.

    Parameters
    ----------
    query : dict
        A filter that `filters.check` has accepted.
    sort : list of tuple of str and {1, -1}
        From `sorting.parse`.
    fields : dict or None
        From `fields.parse`.
    limit : int
        At most so many documents.
    cursor : str or None
        From `cursor_of`, for a page that is not the first.

    Returns
    -------
    list of dict
        Its results are ``{"document": ..., "sort_key": ...}``, to be read with `extended_json.CODEC_OPTIONS`.
        Without a cursor, or sorted by `_id`, the server keeps no more than `limit` documents. Else it sorts
        all that are behind the cursor, unless an index on the fields and `_id` gives the order.

    Raises
    ------
    InvalidFields
        The cursor is malformed, or of another filter or order; the field is ``cursor``.
    """
    conditions, behind = [query], []
    if cursor is not None:
        after = _parse(cursor, query, sort)
        if sort[0][0] == "_id":
            conditions.append({"$expr": _compared("$_id", _behind(sort[0][1]), after[0][0])})
        else:
            conditions.append(_roughly_behind(*sort[0], after[0][0]))
            behind = [{"$match": {"$expr": _strictly_behind(sort, after)}}]
    return [
        {"$match": {"$and": conditions}},
        {"$sort": dict(sort)},
        {"$replaceRoot": {"newRoot": {"document": "$$ROOT", "sort_key": _SORT_KEY}}},
        *behind,
        {"$limit": limit},
        *([{"$project": _projection(fields)}] if fields is not None else []),
    ]


def cursor_of(query: dict[str, Any], sort: Sort, last: dict[str, Any]) -> str:
    """Return the cursor of the page behind a result of `pipeline`.

    Parameters
    ----------
    query, sort
        What the pipeline was made for; the next page must have the same, its fields and limit may differ.
    last : dict
        The last result of the page.

    Raises
    ------
    InvalidFields
        The values that are sorted by are too long for a cursor in a URL; the field is ``sort``.
    """
    token = bson.encode({"of": _digest(query, sort), "after": last["sort_key"]}, codec_options=CODEC_OPTIONS)
    cursor = base64.urlsafe_b64encode(token).decode().rstrip("=")
    if len(cursor) > MAX_CURSOR_CHARACTERS:
        raise InvalidFields.of("sort", "must be fields whose values are short enough to continue behind them")
    return cursor


def _parse(cursor: str, query: dict[str, Any], sort: Sort) -> SortKey:
    found = _decoded(cursor) if len(cursor) <= MAX_CURSOR_CHARACTERS else {}
    after: SortKey = found.get("after", [])
    if not _is_sort_key(after, len(sort)):
        raise InvalidFields.of("cursor", "must be a cursor of an earlier page")
    if found.get("of") != _digest(query, sort):
        raise InvalidFields.of("cursor", "must come from a page of the same filter and sort")
    return after


def _decoded(cursor: str) -> dict[str, Any]:
    try:
        token = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return bson.decode(token, CODEC_OPTIONS)
    except (ValueError, BSONError):
        return {}


def _digest(query: dict[str, Any], sort: Sort) -> bytes:
    octets = bson.encode({"filter": query, "sort": sort}, codec_options=CODEC_OPTIONS)
    return hashlib.sha256(octets).digest()[:_DIGEST_BYTES]


def _is_sort_key(found: Any, length: int) -> bool:
    return (
        isinstance(found, list)
        and len(found) == length
        and all(isinstance(component, list) and component for component in found)
        and not _is_deeper(found, MAX_DEPTH)
    )


def _is_deeper(value: Any, levels: int) -> bool:
    if isinstance(value, DBRef):
        value = value.as_doc()
    if isinstance(value, Code):
        value = value.scope
    if not isinstance(value, dict | list):
        return False
    children = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(child, levels - 1) for child in children)


def _behind(direction: int) -> str:
    return "$gt" if direction > 0 else "$lt"


def _compared(operand: Any, operator: str, value: Any) -> dict[str, Any]:
    return {operator: [operand, {"$literal": value}]}


def _strictly_behind(sort: Sort, after: SortKey) -> dict[str, Any]:
    """Compare component by component, each with its own direction."""
    components = [{"$arrayElemAt": ["$sort_key", index]} for index in range(len(sort))]
    equal = [_compared(component, "$eq", value) for component, value in zip(components, after, strict=True)]
    behind = [
        _compared(component, _behind(direction), value)
        for component, (_, direction), value in zip(components, sort, after, strict=True)
    ]
    return {"$or": [{"$and": [*equal[:index], comparison]} for index, comparison in enumerate(behind)]}


def _roughly_behind(path: str, direction: int, value: Any) -> dict[str, Any]:
    """Return a condition that an index serves, and that is met by all documents behind a value, or by more.

    The sort key of an array is its smallest or largest item. An aggregation expression compares the array
    itself, so that serves only where arrays sort behind the value anyway. A query compares the items, but
    reads numbers in the path in its own way, and has no comparison across types.
    """
    before_arrays = isinstance(value, _BEFORE_ARRAYS) and not isinstance(value, bool | Code)
    after_arrays = isinstance(value, _AFTER_ARRAYS)
    if before_arrays if direction > 0 else after_arrays:
        # nosemgrep: operator-made-of-text - sorting.parse lets no path through that begins with $
        return {"$expr": _compared(f"${path}", _behind(direction) + "e", value)}
    if any(name.isdigit() for name in path.split(".")):
        return {}
    if after_arrays:
        return {path: {"$type": _TYPES_AFTER_ARRAYS, "$not": {"$lt": value}}}
    if before_arrays and not isinstance(value, dict | DBRef | MinKey):
        return {path: {"$not": {"$gt": value}}}
    return {}


def _projection(fields: dict[str, Any]) -> dict[str, Any]:
    return {"sort_key": 1} | {f"document.{path}": chosen for path, chosen in fields.items()}
