"""The filter language: those of MongoDB's query operators that compare fields with values."""

from collections.abc import Callable, Iterator
from typing import Any, Final, Never

from bson import Code, DBRef, Int64, Regex

from tenantry.errors import InvalidFields, MalformedRequest
from tenantry.language import costs, extended_json, field_paths, regular_expressions, strict_json
from tenantry.language.field_paths import joined

MAX_DEPTH: Final = 20  # of objects and arrays in each other; the server refuses more than 100
JSON_MAX_DEPTH: Final = MAX_DEPTH + 2  # of its Extended JSON, for {"$binary": {...}} stands for one value
MAX_KEYS: Final = 200
MAX_CONDITIONS: Final = costs.MAX_CONDITIONS - 10  # a page adds conditions of its own
_MAX_INT32: Final = 2**31 - 1
# fmt: off
_TYPES: Final = {
    "double", "string", "object", "array", "binData", "undefined", "objectId", "bool", "date", "null",
    "regex", "dbPointer", "javascript", "symbol", "javascriptWithScope", "int", "timestamp", "long",
    "decimal", "minKey", "maxKey", "number", *range(1, 20), -1, 127,
}
# fmt: on


def parse(text: str | None) -> dict[str, Any]:
    """Return the query that the parameter `filter` asks for.

    Parameters
    ----------
    text : str or None
        Extended JSON; without it the query matches every document.

    Raises
    ------
    InvalidFields
        It is not JSON, or `check` refuses it; the field is ``filter``, or begins with it.
    """
    if text is None:
        return {}
    try:
        parsed = strict_json.loads(text, max_depth=JSON_MAX_DEPTH)
    except MalformedRequest as error:
        raise InvalidFields.of("filter", error.detail) from None
    query = extended_json.decode(parsed, "filter")
    check(query)
    return dict(query)


def check(query: Any) -> None:
    """Refuse a filter that is more than a comparison of fields with values.

    Parameters
    ----------
    query
        The decoded filter, as `find` takes it.

    Raises
    ------
    InvalidFields
        A key is no operator that filters may use, or its operand is wrong, or the filter is too large, or may
        take too long for a document (`tenantry.language.costs`); the field is ``filter.`` and the path of the
        key. What passes is accepted by the server.
    """
    values = list(_values(query, "filter", MAX_DEPTH))
    if sum(len(value) for _, value in values if isinstance(value, dict)) > MAX_KEYS:
        _refuse("filter", f"must not have more than {MAX_KEYS} keys")
    for path, value in values:
        if isinstance(value, Code):
            _refuse(path, "must not be JavaScript")
    _check_query(query, "filter")
    try:
        costs.check(query, MAX_CONDITIONS)
    except costs.CostlyQuery as error:
        _refuse(joined("filter", error.path) if error.path else "filter", error.message)


def _values(value: Any, path: str, levels: int) -> Iterator[tuple[str, Any]]:
    yield path, value
    if isinstance(value, DBRef):
        if set(value.as_doc()) - {"$ref", "$id", "$db"}:
            _refuse(path, "must be a reference of $ref, $id and perhaps $db, and nothing else")
        value = {"$id": value.id}
    if not isinstance(value, dict | list):
        return
    if levels == 0:
        _refuse(path, f"must not be nested in more than {MAX_DEPTH} objects and arrays")
    for key, member in value.items() if isinstance(value, dict) else enumerate(value):
        if "\0" in str(key):
            _refuse(joined(path, key), "must not have a name that holds a NUL character")
        yield from _values(member, joined(path, key), levels - 1)


def _refuse(path: str, message: str) -> Never:
    raise InvalidFields.of(path, message)


def _is_operators(value: Any) -> bool:
    return isinstance(value, dict) and any(key.startswith("$") for key in value)


def _check_query(query: Any, path: str) -> None:
    if not isinstance(query, dict):
        _refuse(path, "must be an object")
    for key, value in query.items():
        if key in {"$and", "$or", "$nor"}:
            _check_list(value, joined(path, key), _check_query, at_least=1)
        elif key.startswith("$"):
            _refuse(joined(path, key), "is not an operator that filters may use here")
        else:
            field_paths.check(key, joined(path, key))
            _check_condition(value, joined(path, key))


def _check_condition(value: Any, path: str) -> None:
    if _is_operators(value):
        _check_operators(value, path)
    else:
        _check_literal(value, path)


def _check_operators(operators: dict[str, Any], path: str) -> None:
    for name, operand in operators.items():
        if name not in _OPERATORS:
            _refuse(joined(path, name), "is not an operator that filters may use here")
        _OPERATORS[name](operand, joined(path, name))
    if "$options" in operators and not isinstance(operators.get("$regex"), str):
        _refuse(joined(path, "$options"), "must stand beside a $regex that is a string")


def _check_literal(value: Any, path: str) -> None:
    for inner, literal in _values(value, path, MAX_DEPTH):
        for name in literal if isinstance(literal, dict) else ():
            if name.startswith("$"):
                _refuse(joined(inner, name), "is not an operator that filters may use here")


def _check_list(
    items: Any, path: str, check_item: Callable[[Any, str], None], at_least: int = 0, at_most: int = 1000
) -> None:
    if not isinstance(items, list) or not at_least <= len(items) <= at_most:
        _refuse(path, f"must be an array of {at_least} to {at_most} items")
    for index, item in enumerate(items):
        check_item(item, joined(path, index))


def _check_literals(operand: Any, path: str) -> None:
    _check_list(operand, path, _check_literal)


def _check_comparable(operand: Any, path: str) -> None:
    if isinstance(operand, Regex):
        _refuse(path, "must not be a regular expression")
    _check_literal(operand, path)


def _check_exists(operand: Any, path: str) -> None:
    if not isinstance(operand, bool | int):
        _refuse(path, "must be true or false")


def _check_type(operand: Any, path: str) -> None:
    _check_list(operand if isinstance(operand, list) else [operand], path, _check_type_name, at_least=1)


def _check_type_name(operand: Any, path: str) -> None:
    if isinstance(operand, bool) or not isinstance(operand, str | int) or operand not in _TYPES:
        _refuse(path, "must be a BSON type's number or alias, or an array of them")


def _check_pattern(operand: Any, path: str) -> None:
    if not isinstance(operand, Regex | str):
        _refuse(path, "must be a regular expression, or one as a string")


def _check_options(operand: Any, path: str) -> None:
    if not isinstance(operand, str) or not regular_expressions.OPTIONS.fullmatch(operand):
        _refuse(path, "must be a string of i and s")


def _check_all(operand: Any, path: str) -> None:
    if isinstance(operand, list) and any(_is_operators(item) for item in operand):
        _check_list(operand, path, _check_element_of_all)
    else:
        _check_literals(operand, path)


def _check_element_of_all(operand: Any, path: str) -> None:
    if not isinstance(operand, dict) or set(operand) != {"$elemMatch"}:
        _refuse(path, "must be a $elemMatch like the others")
    _check_operators(operand, path)


def _check_element(operand: Any, path: str) -> None:
    if _is_operators(operand) and not {"$and", "$or", "$nor"} & set(operand):
        _check_operators(operand, path)
    else:
        _check_query(operand, path)


def _check_not(operand: Any, path: str) -> None:
    if isinstance(operand, Regex):
        return
    if not _is_operators(operand):
        _refuse(path, "must be an object of operators, or a regular expression")
    _check_operators(operand, path)


def _check_size(operand: Any, path: str) -> None:
    if not _is_count(operand):
        _refuse(path, "must be the number of an array's items")


def _is_count(operand: Any) -> bool:
    return type(operand) in {int, Int64} and 0 <= operand <= _MAX_INT32


def _check_modulo(operand: Any, path: str) -> None:
    is_pair = isinstance(operand, list) and [type(item) in {int, Int64} for item in operand] == [True, True]
    if not is_pair or operand[0] == 0:
        _refuse(path, "must be an array of a divisor, not 0, and a remainder, both integers")


def _check_bits(operand: Any, path: str) -> None:
    if not _is_count(operand) and not (isinstance(operand, list) and all(map(_is_count, operand))):
        _refuse(path, "must be a mask that is not negative, or an array of the positions of bits")


_OPERATORS: Final[dict[str, Callable[[Any, str], None]]] = {
    "$eq": _check_literal,
    **dict.fromkeys(("$ne", "$gt", "$gte", "$lt", "$lte"), _check_comparable),
    **dict.fromkeys(("$in", "$nin"), _check_literals),
    "$exists": _check_exists,
    "$type": _check_type,
    "$regex": _check_pattern,
    "$options": _check_options,
    "$all": _check_all,
    "$elemMatch": _check_element,
    "$size": _check_size,
    "$mod": _check_modulo,
    "$not": _check_not,
    **dict.fromkeys(("$bitsAllSet", "$bitsAllClear", "$bitsAnySet", "$bitsAnyClear"), _check_bits),
}
