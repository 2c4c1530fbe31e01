"""Something that happens in the middle of an operation, at a moment that the operation cannot choose."""

from collections.abc import Callable
from typing import Any

import pytest


def once_before(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, event: Callable[[], object]
) -> None:
    """Let something happen once, just before a function of a module is called."""
    original = getattr(module, name)

    def once(*arguments: Any, **keywords: Any) -> Any:
        monkeypatch.setattr(module, name, original)
        event()
        return original(*arguments, **keywords)

    monkeypatch.setattr(module, name, once)
