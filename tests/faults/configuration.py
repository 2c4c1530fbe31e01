"""Settings that one operation has, and no other: in the process that makes its request."""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tenantry.runtime.settings import settings

_counting: Final = threading.Lock()
_users: Final[Counter[str]] = Counter()
_before: Final[dict[str, str]] = {}


@contextmanager
def setting(name: str, value: str) -> Iterator[None]:
    """Set a variable of the library's environment within a `with` block, or several that overlap.

    An operation may overtake another one with the same setting, in a thread of its own.
    """
    with _counting:
        if not _users[name]:
            _before[name] = os.environ.get(name, "")
        _users[name] += 1
        _set(name, value)
    try:
        yield
    finally:
        with _counting:
            _users[name] -= 1
            if not _users[name]:
                _set(name, _before[name])


def _set(name: str, value: str) -> None:
    os.environ[name] = value
    settings.cache_clear()
