"""How much a filter makes the server do for each item, and each character, of one document.

The server looks at its deadline between documents only. So what it does for one must stay in proportion to
the document's size, whatever the document and the filter are.
"""

from collections.abc import Iterator, Mapping
from re import Pattern
from typing import Any, Final, NamedTuple

from bson import Regex
from bson.regex import str_flags_to_int

from tenantry.language import field_paths, regular_expressions
from tenantry.language.field_paths import MAX_NUMBERS, joined
from tenantry.language.matching_steps import MAX_STEPS, RefusedExpression

MAX_CONDITIONS: Final = 500  # take less than a second for 512 KB of short items
LOGICAL: Final = frozenset({"$and", "$or", "$nor"})


class CostlyQuery(ValueError):
    """A filter may take more time for a document than in proportion to its size.

    Parameters
    ----------
    path : str
        Of what is wrong, within the filter.
    message : str
        What must be otherwise.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path} {message}" if path else message)
        self.path = path
        self.message = message


class _Condition(NamedTuple):
    """What is compared with each item that a path leads to: how often, and how many steps of matchers."""

    comparisons: int
    steps: int = 0


def check(query: Mapping[str, Any], max_conditions: int = MAX_CONDITIONS) -> None:
    """Refuse a filter that may take more time for a document than in proportion to its size.

    Parameters
    ----------
    query : mapping
        A filter of the server's query language.
    max_conditions : int
        At most so many conditions.

    Raises
    ------
    CostlyQuery
        It leads through more than `MAX_NUMBERS` names of digits to a value, has more conditions, or a regular
        expression that `regular_expressions.steps` refuses, or these take too many steps
        together. Each name of digits on its way doubles what a condition counts.
    """
    conditions = list(_of_query(query, "", 0))
    if sum(condition.comparisons for condition in conditions) > max_conditions:
        raise CostlyQuery("", f"must not have more than {max_conditions} conditions")
    if sum(condition.steps for condition in conditions) > MAX_STEPS:
        raise CostlyQuery("", f"must not have regular expressions of more than {MAX_STEPS} steps together")


def _of_query(query: Any, path: str, numbers: int) -> Iterator[_Condition]:
    for key, value in query.items() if isinstance(query, Mapping) else ():
        path_of_value = joined(path, key)
        if key in LOGICAL:
            for index, alternative in enumerate(_list(value)):
                yield from _of_query(alternative, joined(path_of_value, index), numbers)
        elif not key.startswith("$"):
            yield from _of_field(value, path_of_value, _numbers(key, path_of_value, numbers))


def _numbers(name: str, path: str, numbers_before: int) -> int:
    numbers = numbers_before + field_paths.numbers(name)
    if numbers > MAX_NUMBERS:
        raise CostlyQuery(path, f"must not lead through more than {MAX_NUMBERS} names of digits")
    return numbers


def _of_field(value: Any, path: str, numbers: int) -> Iterator[_Condition]:
    if is_operators(value):
        for name, operand in value.items():
            options = value.get("$options", "") if name == "$regex" else ""
            yield from _of_operator(name, operand, joined(path, name), numbers, options)
    else:
        yield _weighed(numbers, 1, _steps(value, path))


def is_operators(condition: Any) -> bool:
    """Tell whether a condition consists of operators; else it is a value, as `{"$ref": ...}` is."""
    first = next(iter(condition), "") if isinstance(condition, Mapping) else ""
    return first.startswith("$") and first != "$ref"


def _of_operator(name: str, operand: Any, path: str, numbers: int, options: Any) -> Iterator[_Condition]:
    match name:
        case "$elemMatch" if not is_operators(operand) or LOGICAL & set(operand):
            yield from _of_query(operand, path, numbers)
        case "$elemMatch" | "$not":
            yield from _of_field(operand, path, numbers)
        case "$all":
            for index, item in enumerate(_list(operand)):
                yield from _of_field(item, joined(path, index), numbers)
        case "$in" | "$nin":
            steps = sum(_steps(item, joined(path, index)) for index, item in enumerate(_list(operand)))
            yield _weighed(numbers, 1, steps)
        case "$regex":
            yield _weighed(numbers, 1, _steps(_regex(operand, options), path))
        case "$bitsAllClear" | "$bitsAllSet" | "$bitsAnyClear" | "$bitsAnySet":
            yield _weighed(numbers, max(len(_list(operand)), 1))
        case _:
            yield _weighed(numbers, 1)


def _weighed(numbers: int, comparisons: int, steps: int = 0) -> _Condition:
    return _Condition(comparisons << numbers, steps << numbers)


def _list(value: Any) -> list[Any] | tuple[Any, ...]:
    return value if isinstance(value, list | tuple) else []


def _regex(operand: Any, options: Any) -> Any:
    """Return what `$regex` and `$options` stand for together."""
    flags = str_flags_to_int(options) if isinstance(options, str) else 0
    if isinstance(operand, Regex | Pattern):
        return Regex(operand.pattern, operand.flags | flags)
    return Regex(operand, flags) if isinstance(operand, str) else operand


def _steps(value: Any, path: str) -> int:
    """Return how many steps it takes to match a regular expression, none for any other value."""
    if not isinstance(value, Regex | Pattern):
        return 0
    try:
        return regular_expressions.steps(value.pattern, value.flags)
    except RefusedExpression as error:
        raise CostlyQuery(path, str(error)) from None
