r"""The regular expressions that a query may hold: those that take time in proportion to the text.

The server matches with PCRE, which looks at no deadline while it matches. So how many steps it can take is
known before: for each character of the text at most as many as `steps` says. What an expression may hold:

- characters, ``.``, classes such as ``[a-z_]`` and ``\d``, groups, alternatives, ``^``, ``$``, ``\b``;
- the quantifiers ``?``, ``{n}`` and ``{m,n}``, also on groups;
- ``*``, ``+`` and ``{n,}`` on one character or class: at the end, or once in an alternative that begins with
  ``^``, or as ``.*`` at the beginning of the only alternative.

To RE2, which takes linear time, it means the same: https://github.com/google/re2/wiki/Syntax
"""

import re
from string import punctuation
from typing import Final

from tenantry.language.matching_steps import (
    ANY_NUMBER,
    ONE_OR_NONE,
    Item,
    Part,
    RefusedExpression,
    alternative,
    one_of,
    sequence,
)

MAX_CHARACTERS: Final = 1000
MAX_DEPTH: Final = 20  # of groups in each other
FLAGS: Final = re.IGNORECASE | re.DOTALL
OPTIONS: Final = re.compile("[is]*")

_ITEMS_OF_A_STEP: Final = 4  # of a class
_CLASSES: Final = frozenset("dDwWsS")
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_PUNCTUATION: Final = frozenset(punctuation + " ") - {"_"}
_COUNTS: Final = re.compile(r"[*+?]|\{(\d{1,3})(,?)(\d{0,3})\}")
_SIGNS: Final[dict[str, tuple[int, int | None]]] = {"*": ANY_NUMBER, "+": (1, None), "?": ONE_OR_NONE}


def steps(pattern: object, flags: int = 0) -> int:
    """Return how many steps a matcher takes at most for each character of a text.

    Parameters
    ----------
    pattern
        The expression.
    flags : int
        Those of `re.compile`.

    Raises
    ------
    RefusedExpression
        It is none of those described above, takes more than `MAX_STEPS`, or has other options than i and s.
    """
    if not isinstance(pattern, str) or "\0" in pattern or len(pattern) > MAX_CHARACTERS:
        raise RefusedExpression(f"must be at most {MAX_CHARACTERS} characters without NUL")
    if flags & ~(FLAGS | re.UNICODE):
        raise RefusedExpression("must have no options but i and s")
    return max(_Parser(pattern).whole().steps, 1)


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._depth = 0

    def whole(self) -> Part:
        branches = self._branches()
        if self._next():
            raise RefusedExpression("has a ) without its (")
        return one_of([alternative(items, is_only=len(branches) == 1) for items in branches])

    def _branches(self) -> list[list[Item]]:
        branches = [self._items()]
        while self._takes("|"):
            branches.append(self._items())
        return branches

    def _items(self) -> list[Item]:
        items = []
        while self._next() not in {"", "|", ")"}:
            items.append(self._counted(self._item()))
        return items

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _read(self) -> str:
        if not (character := self._next()):
            raise RefusedExpression("must not end there")
        self._at += 1
        return character

    def _takes(self, text: str) -> bool:
        is_there = self._pattern.startswith(text, self._at)
        self._at += len(text) if is_there else 0
        return is_there

    def _item(self) -> Item:
        character = self._read()
        if character == "(":
            return self._group()
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escape()
        if character in "*+?{":
            raise RefusedExpression(f"must have \\ before a {character} that repeats nothing")
        return Item(character if character in "^$." else "one")

    def _group(self) -> Item:
        if self._takes("?") and not self._takes(":"):
            raise RefusedExpression("must not have other groups than ( ) and (?: )")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RefusedExpression(f"must not have more than {MAX_DEPTH} groups in each other")
        branches = self._branches()
        self._depth -= 1
        if not self._takes(")"):
            raise RefusedExpression("has a ( without its )")
        if any(item.kind == "$" for items in branches for item in items):
            raise RefusedExpression("must not have $ in a group; a literal one needs a \\")
        return Item("group", one_of([sequence(items) for items in branches]))

    def _escape(self) -> Item:
        if self._takes("b") or self._takes("B"):
            return Item("boundary")
        self._escaped()
        return Item("one")

    def _escaped(self) -> str | None:
        """Read what follows a backslash; return the character, or None for a class."""
        character = self._read()
        if character in _CLASSES:
            return None
        if character not in _PUNCTUATION and character not in _CONTROLS:
            raise RefusedExpression(f"must not have \\{character}")
        return _CONTROLS.get(character, character)

    def _class(self) -> Item:
        self._takes("^")
        count = 0
        while not self._takes("]"):
            self._range(is_first=count == 0)
            count += 1
        if not count:
            raise RefusedExpression("must have \\] for a ] in a class")
        return Item("one", Part(1 + count // _ITEMS_OF_A_STEP))

    def _range(self, *, is_first: bool) -> None:
        first = self._character(is_hyphen_one=is_first)
        if self._next() != "-" or self._pattern.startswith("-]", self._at):
            return
        self._read()
        last = self._character(is_hyphen_one=False)
        if first is None or last is None or last < first:
            raise RefusedExpression("has a range that leads nowhere; a literal hyphen needs a \\")

    def _character(self, *, is_hyphen_one: bool) -> str | None:
        """Read one character of a class; return None for an escape that stands for several."""
        character = self._read()
        if character == "\\":
            return self._escaped()
        if character == "[" or (character == "-" and not is_hyphen_one and self._next() != "]"):
            raise RefusedExpression(f"must have \\ before a {character} in a class")
        return character

    def _counted(self, item: Item) -> Item:
        quantifier = _COUNTS.match(self._pattern, self._at)
        if quantifier is None:
            return item
        self._at = quantifier.end()
        self._takes("?")
        least, comma, most = quantifier.groups()
        counts = _SIGNS.get(quantifier[0]) or (
            int(least),
            (int(most) if most else None) if comma else int(least),
        )
        self._check_counted(item, *counts)
        return item._replace(least=counts[0], most=counts[1])

    def _check_counted(self, item: Item, least: int, most: int | None) -> None:
        if item.kind in {"^", "$", "boundary"} or (most is not None and most < least):
            raise RefusedExpression("has a quantifier that repeats nothing")
        if most is None and item.kind == "group":
            raise RefusedExpression("must not have * or + on a group; {0,9}, for instance, may stand there")
        if self._next() in {"*", "+", "?", "{"}:
            raise RefusedExpression("must not have a quantifier after a quantifier")
