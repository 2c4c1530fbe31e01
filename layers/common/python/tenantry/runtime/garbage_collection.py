"""Python's garbage collector while a function starts."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Collect no garbage while a ``with`` block imports, and leave what it imported alone for good.

    Imports make many objects and hardly any garbage; to look for it is an eighth of a cold start. The first
    collection afterwards would look at all of them again, so they are taken out of the collector's sight,
    together with what lived before (`gc.freeze`). Then it is on again, if it was before.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
