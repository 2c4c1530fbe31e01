"""Pages of sorted documents that stay exact while others insert and delete (keyset pagination).

A page starts strictly behind the sort key of the last document of the page before. The server itself says
what the sort key is (`{$meta: "sortKey"}`), so arrays, missing fields and mixed types need no rules here:
https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
"""

import uuid
from datetime import datetime
from typing import Any, Final

from bson import Code, DatetimeMS, DBRef, Decimal128, MinKey, ObjectId, Timestamp

from tenantry.language.sorting import Sort

SortKey = list[list[Any]]
"""Values of a document, one for each field that is sorted by; each in an array of its own."""

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
    query: dict[str, Any], sort: Sort, fields: dict[str, Any] | None, limit: int, after: SortKey | None
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
    after : list or None
        The sort key behind which the page begins; None for the first page.

    Returns
    -------
    list of dict
        Its results are ``{"document": ..., "sort_key": ...}``, to be read with `extended_json.CODEC_OPTIONS`.
        On the first page, or sorted by `_id`, the server keeps no more than `limit` documents. Else it sorts
        all that are behind the sort key, unless an index on the fields and `_id` gives the order.
    """
    conditions = [query]
    behind: list[dict[str, Any]] = []
    if after is not None:
        if sort[0][0] == "_id" and not names_text_search(after[0][0]):
            conditions.append({"$expr": _compared("$_id", _behind(sort[0][1]), after[0][0])})
        else:
            conditions.append(_roughly_behind(*sort[0], after[0][0]))
            behind = [
                {"$set": {"is_behind": _strictly_behind(sort, after)}},
                {"$match": {"is_behind": True}},
                {"$unset": "is_behind"},
            ]
    return [
        {"$match": {"$and": conditions}},
        {"$sort": dict(sort)},
        {"$replaceRoot": {"newRoot": {"document": "$$ROOT", "sort_key": _SORT_KEY}}},
        *behind,
        {"$limit": limit},
        *([{"$project": _projection(fields)}] if fields is not None else []),
    ]


def names_text_search(value: Any) -> bool:
    """Tell whether a name in a value is `$text`, which the server takes for a search anywhere in a `$match`.

    It looks for the name before it looks at the meaning, in literals as well.
    """
    if isinstance(value, DBRef):
        value = value.as_doc()
    if isinstance(value, dict):
        return "$text" in value or any(map(names_text_search, value.values()))
    return isinstance(value, list) and any(map(names_text_search, value))


def sort_key_pipeline(document_id: Any, sort: Sort) -> list[dict[str, Any]]:
    """Return the aggregation that finds the sort key of one document, if it is there.

    Parameters
    ----------
    document_id : any BSON value
        Also one that a client made up, unless it `names_text_search`; it is compared and nothing else.
    sort : list of tuple of str and {1, -1}
        From `sorting.parse`.

    Returns
    -------
    list of dict
        Its result is ``{"sort_key": ...}``.
    """
    return [
        {"$match": {"$expr": _compared("$_id", "$eq", document_id)}},
        {"$sort": dict(sort)},
        {"$replaceRoot": {"newRoot": {"sort_key": _SORT_KEY}}},
    ]


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
    if names_text_search(value):
        return {}
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
