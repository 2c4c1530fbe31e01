"""How many steps a backtracking matcher takes, from what a regular expression consists of."""

from collections.abc import Sequence
from functools import reduce
from typing import Final, NamedTuple

MAX_STEPS: Final = 200
"""Of all regular expressions of a query; they take half a second for a text of 512 KB."""

ONE_OR_NONE: Final = (0, 1)
ANY_NUMBER: Final = (0, None)


class RefusedExpression(ValueError):
    """A regular expression may take more time, or may mean something else to another matcher; says why."""


class Part(NamedTuple):
    """What a matcher does, at most, from one place of the text: steps, and places where it goes on from.

    For an endless part, which can go on to the text's end, both are for each character of the text.
    """

    steps: int = 0
    exits: int = 1
    is_endless: bool = False


class Item(NamedTuple):
    """A part and how often it is repeated.

    Its kind is ``^``, ``$`` or ``.`` as in the expression, ``boundary``, ``group``, or ``one`` for any other
    character or class.
    """

    kind: str
    part: Part = Part(1)
    least: int = 1
    most: int | None = 1


def one_of(branches: Sequence[Part]) -> Part:
    """Return what a matcher does where it tries several parts."""
    return Part(
        sum(branch.steps + 1 for branch in branches),
        sum(branch.exits for branch in branches),
        any(branch.is_endless for branch in branches),
    )


def sequence(items: Sequence[Item]) -> Part:
    """Return what a matcher does where it tries each item behind the one before.

    Raises
    ------
    RefusedExpression
        That is more than linear, or more than `MAX_STEPS`.
    """
    return reduce(_joined, map(_repeated, items), Part())


def alternative(items: Sequence[Item], *, is_only: bool) -> Part:
    """Return the same for an alternative of a whole expression, which is tried at each character of a text.

    The last item need not be endless: wherever it stops, the expression has matched. ``.*`` at the beginning
    of the only alternative is tried once in each line.

    Raises
    ------
    RefusedExpression
    """
    *before_last, last = items or [Item("one", Part())]
    if last.most is None:
        last = last._replace(most=last.least)
    part = sequence([*before_last, last])
    first = [*before_last, last][0]
    is_tried_once = first.kind == "^" or (
        is_only and first.kind == "." and (first.least, first.most) == ANY_NUMBER
    )
    if part.is_endless and not is_tried_once:
        raise RefusedExpression("must begin with ^ to have * or + before its end; {0,20} may stand anywhere")
    if any(item.kind == "$" for item in before_last):
        raise RefusedExpression("must not have $ but at the end; a literal one needs a \\")
    return part


def _joined(first: Part, second: Part) -> Part:
    if first.is_endless and second.is_endless:
        raise RefusedExpression("must not have two of * and + in one alternative, but for one at its end")
    return _checked(
        first.steps + first.exits * second.steps,
        first.exits * second.exits,
        is_endless=first.is_endless or second.is_endless,
    )


def _repeated(item: Item) -> Part:
    if item.most is None:
        return _checked(item.part.steps * (item.least + 1), 1, is_endless=True)
    if item.part.is_endless and item.most > 1:
        raise RefusedExpression("must not repeat what * or + repeats")
    taken, exits, ways = 0, 0, 1
    for count in range(item.most + 1):
        exits += ways if count >= item.least else 0
        if count < item.most:
            taken = _checked(taken + ways * item.part.steps, 0).steps
            ways *= item.part.exits
    return Part(taken, exits, item.part.is_endless)


def _checked(steps: int, exits: int, *, is_endless: bool = False) -> Part:
    if steps > MAX_STEPS:
        raise RefusedExpression(f"may take more than {MAX_STEPS} steps for each character of a text")
    return Part(steps, exits, is_endless)
