"""Settings that one operation has, and no other: in the process that makes its request."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tenantry.runtime.settings import settings


@contextmanager
def setting(name: str, value: str) -> Iterator[None]:
    """Set a variable of the library's environment within a `with` block."""
    before = os.environ.get(name, "")
    os.environ[name] = value
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ[name] = before
        settings.cache_clear()
