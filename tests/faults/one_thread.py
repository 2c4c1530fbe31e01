"""Lets a roll-out do its work in the thread whose commands are watched, organization by organization."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, override

import pytest

from tenantry.lifecycle.rollouts import operations, work


class _Executor(Executor):
    """Does what is submitted at once."""

    @override
    def submit[Result](
        self, function: Callable[..., Result], /, *arguments: Any, **keywords: Any
    ) -> Future[Result]:
        future = Future[Result]()
        try:
            future.set_result(function(*arguments, **keywords))
        except Exception as error:  # which is raised to whoever asks for the result
            future.set_exception(error)
        return future


def roll_out_in_one_thread(patch: pytest.MonkeyPatch) -> None:
    """Let roll-outs start no threads, and look at an organization that is busy but once."""
    patch.setattr(work, "ThreadPoolExecutor", lambda _: _Executor())
    patch.setattr(operations, "BUSY_ROUNDS", 1)
    patch.setattr(work, "BUSY_PAUSE_SECONDS", 0)
