"""A suspicion is a violation only if every look finds it."""

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import Any

import pytest

from cli import checker
from cli.violation import Violation


class Scripted:
    """A subject of which each look finds what the script says.

    Parameters
    ----------
    looks
        The violations that the first look finds, the second and so on.
    number
        How many keys there are.
    """

    name = "things"

    def __init__(self, looks: Iterator[list[Violation]], number: int = 1) -> None:
        self.looked_at: list[list[Any]] = []
        self._looks = looks
        self._number = number

    def count(self) -> int:
        return self._number

    def keys(self) -> Iterator[Any]:
        yield from range(self._number)

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        self.looked_at.append(list(keys))
        return next(self._looks)


def violation(key: int, version: int = 1) -> Violation:
    return Violation("rule", "is wrong", key=key, version=str(version))


def check(subject: Scripted) -> list[Violation]:
    return checker.check(subject, lambda *_: None)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "PAUSE_SECONDS", 0)


def test_what_every_look_finds_is_a_violation() -> None:
    assert check(Scripted(repeat([violation(0)]))) == [violation(0)]


@pytest.mark.parametrize("look", range(1, checker.FURTHER_LOOKS + 1))
def test_what_one_look_does_not_find_is_none(look: int) -> None:
    subject = Scripted(chain(repeat([violation(0)], look), [[]]))
    assert check(subject) == []
    assert len(subject.looked_at) == look + 1


def test_violation_of_another_version_is_another_one() -> None:
    assert check(Scripted([violation(0, version)] for version in range(10))) == []


def test_same_violation_of_another_thing_does_not_confirm_it() -> None:
    looks = chain([[violation(0), violation(1)]], repeat([violation(1)]))
    assert check(Scripted(looks, 2)) == [violation(1)]


def test_only_what_is_suspicious_is_looked_at_again() -> None:
    subject = Scripted(chain([[violation(1)]], repeat([violation(1)])), 3)
    assert check(subject) == [violation(1)]
    assert subject.looked_at == [[0, 1, 2]] + [[1]] * checker.FURTHER_LOOKS


def test_things_are_looked_at_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "BATCH", 2)
    subject = Scripted(repeat([]), 5)
    progress = []
    assert checker.check(subject, lambda *step: progress.append(step)) == []
    assert subject.looked_at == [[0, 1], [2, 3], [4]]
    assert progress == [("things", 0, 5), ("things", 2, 5), ("things", 4, 5), ("things", 5, 5)]
