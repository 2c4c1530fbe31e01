"""How much of what takes long is tried with every change; ``make test-exhaustive`` tries all of it."""

import os
from typing import Final

EXHAUSTIVE: Final = os.environ.get("EXHAUSTIVE") == "1"
KILL_EVERY: Final = 1 if EXHAUSTIVE else 4
"""Of so many commands or lines one is the last of its process."""


def examples(number: int) -> int:
    """Return how many examples of a property to try, where so many are all."""
    return number if EXHAUSTIVE else number // 3
