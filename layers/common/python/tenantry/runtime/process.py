"""What a process keeps from one invocation to the next, and how it forgets that.

With SnapStart, Lambda initializes a function once, keeps a snapshot of the process, and starts every
execution environment from it. Connections, credentials and copies of what may change stay out of the
snapshot, and pseudo-random numbers start anew. Ids and tokens are drawn from the operating system when they
are needed, so no snapshot holds them.
See https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
"""

import os
import random
from collections.abc import Callable
from typing import Final, Protocol

IS_SNAPSHOT_TAKEN: Final = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"

_registered: Final[list[Callable[[], None]]] = []


class _Cached(Protocol):
    def cache_clear(self) -> None: ...


def forgets(function: Callable[[], None]) -> Callable[[], None]:
    """Let `forget` call a function, which drops something that its module keeps; a decorator."""
    _registered.append(function)
    return function


def forgettable[Function: _Cached](function: Function) -> Function:
    """Let `forget` empty the cache of a function that `functools.cache` has decorated; a decorator."""
    forgets(function.cache_clear)
    return function


def forget() -> None:
    """Forget whatever is kept in this process, so that the next call starts as the first one did."""
    for function in _registered:
        function()


if IS_SNAPSHOT_TAKEN:
    from snapshot_restore_py import register_after_restore, register_before_snapshot  # with the runtime

    register_before_snapshot(forget)
    register_after_restore(random.seed)
