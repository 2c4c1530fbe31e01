"""Filters, projections and orders of a tenant, as they are in a pool."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tenantry.language.costs import LOGICAL
from tenantry.runtime.mongodb import Document
from tenantry.storage.allowed.filters import equality
from tenantry.storage.pooled.ids import TENANT, stored_id, stored_path

_COMPARISONS: Final = frozenset({"$eq", "$gt", "$gte", "$lt", "$lte"})


class NotTranslatable(Exception):
    """An expression may see whole documents, so it is evaluated where they are as the tenant knows them."""


def in_pool(tenant: str, query: Mapping[str, Any]) -> Document:
    """Return the filter that matches the same documents of the tenant, and of no other."""
    own_id = equality(query["_id"]) if set(query) == {"_id"} else None
    if own_id is not None:  # the server has a shortcut for this
        return {"_id": {"$eq": {"tenant": tenant, "id": own_id[0]}}}
    return {TENANT: tenant, "$and": [translated(query)]}


def upsert_in_pool(tenant: str, query: Mapping[str, Any]) -> Document:
    """Return the same for an upsert, of which the inserted document has what the filter says is equal."""
    besides_id = translated({path: condition for path, condition in query.items() if path != "_id"})
    if "_id" not in query:
        # Not by equality, for then this would be the beginning of the document's _id, and none can be set.
        return {TENANT: {"$gte": tenant, "$lte": tenant}, "$and": [besides_id]}
    own_id = equality(query["_id"])
    if own_id is None:
        raise NotTranslatable
    return {"_id": {"$eq": stored_id(tenant, own_id[0])}, "$and": [besides_id]}


def translated(query: Mapping[str, Any]) -> Document:
    """Return a filter with the paths that fields have in a pool; it matches documents of all tenants.

    Raises
    ------
    NotTranslatable
        It holds an expression that does more than compare a field with a value, or what is no comparison.
    """
    if not isinstance(query, Mapping):
        raise NotTranslatable
    return dict(_translated(path, condition) for path, condition in query.items())


def _translated(path: str, condition: Any) -> tuple[str, Any]:
    if path in LOGICAL and isinstance(condition, list | tuple):
        return path, [translated(branch) for branch in condition]
    if path == "$expr":
        return path, _expression(condition)
    if path.startswith("$") and path != "$comment":
        raise NotTranslatable
    return stored_path(path), condition


def _expression(expression: Any) -> Document:
    if isinstance(expression, Mapping) and len(expression) == 1:
        ((operator, operands),) = expression.items()
        match operands:
            case [str(field), {"$literal": _} as value] if operator in _COMPARISONS and _is_path(field):
                # nosemgrep: operator-made-of-text - what was a field's path is one afterwards
                return {operator: [f"${stored_path(field[1:])}", value]}
    raise NotTranslatable


def _is_path(field: str) -> bool:
    return field.startswith("$") and not field.startswith("$$")


def projection(chosen: Mapping[str, Any]) -> Document:
    """Return the projection of a pool's documents that shows the same fields, and `_id` as it is stored."""
    return {
        stored_path(path) if path != "_id" or isinstance(how, Mapping) else path: how
        for path, how in chosen.items()
    }


def sort(order: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the order with the paths that fields have in a pool."""
    return [(stored_path(path), direction) for path, direction in order]
