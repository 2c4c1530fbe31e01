"""Filters, projections and orders that mean the same in an organization's own collection and in a pool."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from bson import Decimal128, Regex

from tenantry.language import costs, field_paths
from tenantry.language.costs import LOGICAL, CostlyQuery, is_operators
from tenantry.language.field_paths import MAX_NUMBERS

OPERATORS: Final = frozenset({
    "$all", "$bitsAllClear", "$bitsAllSet", "$bitsAnyClear", "$bitsAnySet", "$elemMatch", "$eq", "$exists",
    "$geoIntersects", "$geoWithin", "$gt", "$gte", "$in", "$lt", "$lte", "$mod", "$ne", "$nin", "$not",
    "$options", "$regex", "$size", "$type",
})  # fmt: skip
"""https://www.mongodb.com/docs/manual/reference/operator/query/"""


class ForbiddenOperation(ValueError):
    """A tenant's collection does not allow this operation; nothing was sent to the server."""


def check(query: Any, check_expression: Callable[[Any], None] | None = None) -> None:
    """Refuse a filter that is more than a comparison of fields with values.

    Parameters
    ----------
    query
        The filter.
    check_expression : callable, optional
        Refuses what `$expr` holds; without it `$expr` is refused.

    Raises
    ------
    ForbiddenOperation
        An operator is not in `OPERATORS`, or `tenantry.language.costs` refuses the filter; the message names
        it. Expressions (`$expr`) are for pipelines.
    """
    _check_operators(query, check_expression)
    try:
        costs.check(query)
    except CostlyQuery as error:
        raise ForbiddenOperation(f"A filter is refused: {error}") from None


def _check_operators(query: Any, check_expression: Callable[[Any], None] | None = None) -> None:
    for path, condition in _conditions(query):
        if path == "$comment":
            continue
        if path == "$expr" and check_expression is not None:
            check_expression(condition)
            continue
        if path.startswith("$"):
            raise ForbiddenOperation(f"{path} is not an operator that a filter may use")
        _check_condition(condition)


def check_upsert(query: Any) -> None:
    """Refuse a filter that leaves open which `_id` an upsert gives to the document that it inserts.

    Raises
    ------
    ForbiddenOperation
        As from `check`; or `_id` stands elsewhere than at the top, or is compared otherwise than by equality.
    """
    check(query)
    besides_id = _conditions({path: condition for path, condition in query.items() if path != "_id"})
    is_exact = "_id" not in query or equality(query["_id"]) is not None
    if not is_exact or any(f"{path}.".startswith("_id.") for path, _ in besides_id):
        raise ForbiddenOperation(
            "The filter of an upsert says at the top what _id is equal to, or nothing about it"
        )


def check_search(query: Any, projection: Any, sort: Any = ()) -> None:
    """Refuse a search whose filter, projection or order is refused.

    Raises
    ------
    ForbiddenOperation
    """
    check(query)
    check_sort(sort)
    if projection is not None:
        check_projection(projection)


def check_projection(projection: Any) -> None:
    """Refuse a projection that computes; `$project` in a pipeline does.

    Raises
    ------
    ForbiddenOperation
    """
    for path, chosen in _mapping(projection).items():
        check_path(path)
        if not isinstance(chosen, Mapping):
            if not isinstance(chosen, bool | int | float | Decimal128):
                raise ForbiddenOperation(f"A projection tells whether {path} is found, and computes nothing")
        elif not is_operators(chosen):
            check_projection(chosen)
        elif set(chosen) == {"$elemMatch"}:
            check({path: chosen})
        elif set(chosen) != {"$slice"} or not _is_slice(chosen["$slice"]):
            raise ForbiddenOperation(
                f"{next(iter(chosen))} is not an operator that a projection may use like this"
            )


def check_sort(sort: Any) -> None:
    """Refuse an order by anything but fields.

    Raises
    ------
    ForbiddenOperation
    """
    for path, direction in sort:
        if path.startswith("$") or direction not in (1, -1):
            raise ForbiddenOperation("Documents are sorted by fields, each with 1 or -1")
    check_order([path for path, _ in sort])


def check_order(paths: Collection[str]) -> None:
    """Refuse fields whose common key may be too large; see `tenantry.language.field_paths.refusal_of_key`.

    Raises
    ------
    ForbiddenOperation
    """
    for path in paths:
        check_path(path)
    if (refusal := field_paths.refusal_of_key([*paths])) is not None:
        raise ForbiddenOperation(f"An order or an index {refusal}")


def check_path(path: str) -> None:
    """Refuse a path that leads on too many ways; see `tenantry.language.field_paths.MAX_NUMBERS`.

    Raises
    ------
    ForbiddenOperation
    """
    if field_paths.numbers(path) > MAX_NUMBERS:
        raise ForbiddenOperation(f"A path has at most {MAX_NUMBERS} names of digits, not {path}")


def equality(condition: Any) -> tuple[Any] | None:
    """Return the value that a condition asks for, in a tuple, or None if it asks for anything else."""
    if is_operators(condition):
        return (condition["$eq"],) if set(condition) == {"$eq"} else None
    return None if isinstance(condition, Regex | re.Pattern) else (condition,)


def _conditions(query: Any) -> Iterator[tuple[str, Any]]:
    """Yield the conditions on fields, and whatever else stands at a filter's top or below `LOGICAL`."""
    for path, condition in _mapping(query).items():
        if path not in LOGICAL:
            yield path, condition
        elif not isinstance(condition, list | tuple):
            raise ForbiddenOperation(f"{path} takes a list of filters")
        else:
            for branch in condition:
                yield from _conditions(branch)


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ForbiddenOperation("A filter or projection is a mapping")
    return value


def _check_condition(condition: Any) -> None:
    for name, operand in condition.items() if is_operators(condition) else ():
        if name not in OPERATORS:
            raise ForbiddenOperation(f"{name} is not an operator that a filter may use")
        if name == "$elemMatch":
            _check_element(operand)
        if name == "$not":
            _check_condition(operand)
        if name == "$all" and isinstance(operand, list | tuple):
            for item in operand:
                _check_condition(item)


def _check_element(operand: Any) -> None:
    if is_operators(operand) and not LOGICAL & set(operand):
        _check_condition(operand)
    else:
        _check_operators(operand)


def _is_slice(operand: Any) -> bool:
    numbers = operand if isinstance(operand, list | tuple) else [operand]
    return all(isinstance(number, int | float) for number in numbers)
