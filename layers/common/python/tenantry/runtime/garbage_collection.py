"""Python's garbage collector while a function starts."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Collect no garbage while a ``with`` block imports, and never look at what it imported.

    Imports make many objects and hardly any garbage; looking for it takes an eighth of a cold start. The next
    collection would look at all of these objects, so `gc.freeze` keeps the collector from them and from all
    earlier ones.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
