"""Whether a regular expression can make Python's matcher take more than linear time.

A backtracking matcher tries every path on which a text can lead through the expression's automaton, so its
time is linear if the number of paths for a prefix is bounded, whatever the prefix. It is not bounded exactly
if the same word leads from one loop to itself, from there to another loop, and from that one to itself
(Weber and Seidl, On the degree of ambiguity of finite automata, 1991, criterion IDA; for matchers: Weideman
et al., Analyzing matching time behavior of backtracking regular expression matchers, 2016).

The automaton is Glushkov's: a state for each character of the expression, with `a{2,3}` written out.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import reduce
from itertools import permutations, product
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any, Final

# Two classes of characters that differ do so in these: all that ASCII can name, and a few beyond.
_ALPHABET: Final = [*map(chr, range(256)), "\u0660", "\u0430", "\u2028", "\u3000", "\U0001f600"]
_REPEATS: Final = {_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT}
_ASSERTIONS: Final = {_constants.ASSERT, _constants.ASSERT_NOT}

Edge = tuple[int, int]


@dataclass
class _Part:
    """A part of the expression: in how many ways it matches nothing, where its matches begin and end."""

    empty: int = 1
    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)


class _Automaton:
    """Glushkov's automaton; each edge has the number of ways to take it."""

    def __init__(self, tree: Any, *, is_searched: bool) -> None:
        self.characters: list[frozenset[str]] = []
        self.edges: Counter[Edge] = Counter()
        self.assertions: list[Any] = []
        self.finds: set[Edge] = set()
        self._parser_state = tree.state
        whole = self._sequence(tree)
        if is_searched:
            self._search(whole)

    def _search(self, whole: _Part) -> None:
        """Put a loop over all characters in front.

        A path from it to where a match may end is no ambiguity: the matcher has found a match and stops.
        """
        any_character = self._state_for(frozenset(_ALPHABET))
        self._connect(any_character, any_character)
        self._connect(any_character, whole)
        self.finds = {(state, end) for state in any_character.first for end in whole.last}

    def _sequence(self, items: Any) -> _Part:
        return reduce(self._joined, map(self._part, items), _Part())

    def _part(self, item: Any) -> _Part:
        kind, value = item
        if kind in _REPEATS:
            return self._repeated(*value)
        if kind is _constants.SUBPATTERN:
            return self._sequence(value[-1])
        if kind is _constants.BRANCH:
            return self._one_of([self._sequence(branch) for branch in value[1]])
        if kind in _ASSERTIONS:
            self.assertions.append(value[1])
            return _Part()
        if kind is _constants.AT:
            return _Part()
        return self._character(item)

    def _character(self, item: Any) -> _Part:
        if item[0] not in {_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN}:
            raise NotImplementedError(f"{item[0]} is not understood")
        pattern = _compiler.compile(_parser.SubPattern(self._parser_state, [item]), self._parser_state.flags)
        return self._state_for(frozenset(filter(pattern.fullmatch, _ALPHABET)))

    def _state_for(self, characters: frozenset[str]) -> _Part:
        state = len(self.characters)
        self.characters.append(characters)
        return _Part(0, Counter({state: 1}), Counter({state: 1}))

    def _joined(self, before: _Part, after: _Part) -> _Part:
        self._connect(before, after)
        first = before.first + _times(after.first, before.empty)
        return _Part(before.empty * after.empty, first, after.last + _times(before.last, after.empty))

    @staticmethod
    def _one_of(branches: list[_Part]) -> _Part:
        first = sum((branch.first for branch in branches), Counter[int]())
        last = sum((branch.last for branch in branches), Counter[int]())
        return _Part(sum(branch.empty for branch in branches), first, last)

    def _repeated(self, least: int, most: Any, items: Any) -> _Part:
        part = _Part()
        if most is _constants.MAXREPEAT:
            part = self._sequence(items)
            self._connect(part, part)
            part.empty = 1  # the matcher does not repeat without a character
        else:
            for _ in range(most - least):
                part = self._one_of([self._joined(self._sequence(items), part), _Part()])
        for _ in range(least):
            part = self._joined(self._sequence(items), part)
        return part

    def _connect(self, before: _Part, after: _Part) -> None:
        for (source, ways), (target, more_ways) in product(before.last.items(), after.first.items()):
            self.edges[source, target] += ways * more_ways


def _times(counter: Counter[int], factor: int) -> Counter[int]:
    return Counter({key: count * factor for key, count in counter.items() if factor})


def takes_linear_time(pattern: str, flags: int = 0, *, is_searched: bool) -> bool:
    """Tell whether the time for a text grows at most with its length.

    Parameters
    ----------
    pattern : str
        The expression; without references to groups and atomic groups.
    flags : int
        Those of `re.compile`.
    is_searched : bool
        Whether a match may begin anywhere, which is one more loop, before the expression.
    """
    return _is_linear(_parser.parse(pattern, flags), is_searched=is_searched)


def _is_linear(tree: Any, *, is_searched: bool) -> bool:
    automaton = _Automaton(tree, is_searched=is_searched)
    following: dict[int, set[int]] = {}
    for source, target in automaton.edges:
        following.setdefault(source, set()).add(target)
    in_loops = {state for state in following if state in _reachable(state, following)}
    for (source, target), ways in automaton.edges.items():
        if ways > 1 and source in _reachable(target, following):
            return False
    for p, q in {*permutations(in_loops, 2)} - automaton.finds:
        if _is_ambiguous(p, q, automaton.characters, following):
            return False
    return all(_is_linear(inside, is_searched=False) for inside in automaton.assertions)


def _reachable(state: int, following: dict[int, set[int]]) -> set[int]:
    reached: set[int] = set()
    pending = [state]
    while pending:
        ahead = following.get(pending.pop(), set()) - reached
        reached |= ahead
        pending += ahead
    return reached


def _is_ambiguous(p: int, q: int, characters: list[frozenset[str]], following: dict[int, set[int]]) -> bool:
    """Tell whether one word leads from p to p, from p to q, and from q to q."""
    seen: set[tuple[int, ...]] = set()
    pending: list[tuple[int, ...]] = [(p, p, q)]
    while pending:
        for ahead in product(*(following.get(state, ()) for state in pending.pop())):
            if ahead not in seen and frozenset.intersection(*(characters[state] for state in ahead)):
                seen.add(ahead)
                pending.append(ahead)
    return (p, q, q) in seen
