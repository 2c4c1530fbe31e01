"""A process forgets what it keeps when it is told to."""

from functools import cache
from itertools import count

import pytest

from tenantry.runtime import process


def test_what_registered_functions_keep_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_registered", [])
    kept = ["a copy"]
    numbers = count()

    @process.forgettable
    @cache
    def number() -> int:
        return next(numbers)

    @process.forgets
    def forget_copies() -> None:
        kept.clear()

    assert (number(), number(), kept) == (0, 0, ["a copy"])
    process.forget()
    assert (number(), number(), kept) == (1, 1, [])
