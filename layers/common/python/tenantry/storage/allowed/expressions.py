"""The expressions of pipelines that take time in proportion to a document.

The server checks its deadline only between documents, and clients decide what documents hold. So an
expression goes over an array once: what it evaluates for each item works on that item. It may compare the
item with a value from outside the item, and compute, but neither go over that value again nor copy it.
`$unwind` can be used instead, since the deadline ends it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bson import Regex
from bson.regex import str_flags_to_int

from tenantry.language import regular_expressions
from tenantry.language.matching_steps import MAX_STEPS, RefusedExpression
from tenantry.storage.allowed import expression_operators as operators
from tenantry.storage.allowed.filters import ForbiddenOperation, check_order

MAX_CHARACTERS: Final = 200
"""Of a text that is searched for: the server compares it at each place of the text that is searched."""

MAX_RANGE: Final = 10_000  # bounds of $range, which makes numbers out of nothing

_BODIES: Final = {"$map": "in", "$filter": "cond", "$reduce": "in"}
_SEARCHED_FOR: Final[Mapping[str, str | int]] = {
    "$indexOfBytes": 1, "$indexOfCP": 1, "$split": 1, "$replaceOne": "find", "$replaceAll": "find",
    "$trim": "chars", "$ltrim": "chars", "$rtrim": "chars",
}  # fmt: skip
_REGULAR: Final = frozenset({"$regexFind", "$regexMatch"})
_CONSTANTS: Final = frozenset({"REMOVE", "NOW", "CLUSTER_TIME"})


Item = frozenset[str] | None
"""The variables that are an item of an array, or part of it; None where no array is gone over."""


class Expressions:
    """The expressions of one pipeline; `check` them one after the other."""

    def __init__(self) -> None:
        self._steps = 0

    def check(self, expression: Any) -> None:
        """Refuse an expression, or what a stage specifies with expressions in it.

        Raises
        ------
        ForbiddenOperation
            It may take more time for a document than in proportion to its size, or has an unknown operator;
            the message names it. The regular expressions of a pipeline count together.
        """
        self._is_outer(expression, None)

    def _is_outer(self, value: Any, item: Item) -> bool:
        """Check an expression; tell whether its result is a value from outside the item."""
        if isinstance(value, str):
            return _is_outer_path(value, item)
        if isinstance(value, list | tuple):
            return self._check_parts("An array", value, item)
        if isinstance(value, Mapping):
            return sum(self._is_outer_member(name, member, item) for name, member in value.items()) > 0
        return False

    def _is_outer_member(self, name: str, value: Any, item: Item) -> bool:
        if name == "sortBy":
            check_order(_fields(value))
            return False
        if name.startswith("$"):
            return self._is_outer_operation(name, value, item)
        return self._check_parts("An object", [value], item)

    def _is_outer_operation(self, name: str, operand: Any, item: Item) -> bool:
        if name == "$let":
            return self._is_outer_let(operand, item)
        if name in operators.CONDITIONALS:
            return self._count_outer(_operands(name, operand), item) > 0
        if name in _BODIES:
            self._check_body(name, operand, item)
        elif name in operators.COMPARISONS:
            if self._count_outer(_operands(name, operand), item) > 1:
                raise _over_and_over(name)
        elif name in operators.SCALARS:
            self._count_outer(_operands(name, operand), item)
        elif name != "$literal":
            self._check_linear(name, operand, item)
        return False

    def _count_outer(self, values: Iterable[Any], item: Item) -> int:
        return sum(self._is_outer(value, item) for value in values)

    def _check_parts(self, whole: str, parts: Iterable[Any], item: Item) -> bool:
        """Refuse to make something, for each item, that holds a value from outside the item."""
        if self._count_outer(parts, item):
            raise _over_and_over(whole)
        return False

    def _is_outer_let(self, operand: Any, item: Item) -> bool:
        variables = _fields(operand).get("vars")
        outer = {name for name, value in _fields(variables).items() if self._is_outer(value, item)}
        inner = None if item is None else (item | _fields(variables).keys()) - outer
        return self._is_outer(_fields(operand).get("in"), inner)

    def _check_body(self, name: str, operand: Any, item: Item) -> None:
        fields = _fields(operand)
        operands = [value for key, value in fields.items() if key not in {"as", _BODIES[name]}]
        self._check_parts(name, operands, item)
        inner = frozenset({str(fields.get("as", "this"))})
        if self._is_outer(fields.get(_BODIES[name]), inner) and name == "$map":
            raise _over_and_over(name)

    def _check_linear(self, name: str, operand: Any, item: Item) -> None:
        if name not in operators.LINEAR:
            raise ForbiddenOperation(f"{name} is not an operator that a pipeline may use")
        if name in _REGULAR:
            self._check_regular(name, _fields(operand))
        if name in _SEARCHED_FOR:
            _check_searched_for(name, operand)
        if name == "$range":
            _check_range(operand)
        if name == "$mergeObjects" and not isinstance(operand, list | tuple):
            raise ForbiddenOperation("$mergeObjects takes a list of objects, for an array takes ever longer")
        check_order(_fields(_fields(operand).get("sortBy")))
        self._check_parts(name, _operands(name, operand), item)

    def _check_regular(self, name: str, operand: Mapping[str, Any]) -> None:
        regex, options = operand.get("regex"), operand.get("options", "")
        if not isinstance(regex, str | Regex) or not isinstance(options, str) or str(regex).startswith("$"):
            raise ForbiddenOperation(f"{name} takes an expression that stands in the pipeline")
        pattern, flags = (regex.pattern, regex.flags) if isinstance(regex, Regex) else (regex, 0)
        try:
            self._steps += regular_expressions.steps(pattern, flags | str_flags_to_int(options))
        except RefusedExpression as error:
            raise ForbiddenOperation(f"The expression of {name} {error}") from None
        if self._steps > MAX_STEPS:
            raise ForbiddenOperation(f"The regular expressions of a pipeline take at most {MAX_STEPS} steps")


def _operands(name: str, operand: Any) -> Iterable[Any]:
    """Return the expressions that an operator is given, in whatever form."""
    if name == "$switch":
        fields = _fields(operand)
        return [
            fields.get("default"),
            *(value for branch in fields.get("branches", []) for value in _values(branch)),
        ]
    if isinstance(operand, list | tuple):
        return operand
    is_named = isinstance(operand, Mapping) and not any(key.startswith("$") for key in operand)
    return _values(operand) if is_named else [operand]


def _values(value: Any) -> Iterable[Any]:
    return _fields(value).values()


def _is_outer_path(path: str, item: Item) -> bool:
    if item is None or not path.startswith("$"):
        return False
    variable, _, rest = (
        path.removeprefix("$$").partition(".") if path.startswith("$$") else ("", "", path[1:])
    )
    if variable in item or variable in _CONSTANTS:
        return False
    if "." in (rest if variable in {"", "ROOT", "CURRENT"} else f".{rest}" if rest else ""):
        raise ForbiddenOperation(f"{path} is read again for each item of an array; keep it with $let before")
    return True


def _fields(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _over_and_over(name: str) -> ForbiddenOperation:
    return ForbiddenOperation(
        f"{name} works on what is outside for each item of an array, which takes too long; $unwind the array"
    )


def _check_searched_for(name: str, operand: Any) -> None:
    place = _SEARCHED_FOR[name]
    if isinstance(place, str):
        text = _fields(operand).get(place, "")
    else:
        text = operand[place] if isinstance(operand, list | tuple) and len(operand) > place else None
    if isinstance(text, Mapping) and set(text) == {"$literal"}:
        text = text["$literal"]
    elif isinstance(text, str) and text.startswith("$"):
        text = None
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
        raise ForbiddenOperation(f"{name} takes at most {MAX_CHARACTERS} characters, as they stand there")


def _check_range(operand: Any) -> None:
    bounds: Iterable[Any] = operand if isinstance(operand, list | tuple) else ["?"]
    for bound in bounds:
        is_size = isinstance(bound, Mapping) and set(bound) == {"$size"}
        if not is_size and (not isinstance(bound, int) or abs(bound) > MAX_RANGE):
            raise ForbiddenOperation(
                f"$range goes from and to numbers up to {MAX_RANGE}, or the $size of an array"
            )
