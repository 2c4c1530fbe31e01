"""Calls made at the same moment, by threads or by processes."""

import os
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest

from tests.support.fork_server import processes, replace_environment
from tests.support.library import hash_with_few_rounds
from tests.support.service import Answer, Service, handler

_barrier: Barrier


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make each call in its own thread, all at the same moment; return results, exceptions among them."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return call()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def requests_at_once(function: str, requests: Sequence[dict[str, Any]]) -> list[Answer]:
    """Send each request in a process of its own, all at the same moment.

    Parameters
    ----------
    function
        The function that answers them, loaded before the start.
    requests
        Arguments of `Service.request`.
    """
    barrier = processes.Barrier(len(requests))
    with ProcessPoolExecutor(
        len(requests), processes, _prepare, (dict(os.environ), function, barrier)
    ) as pool:
        return list(pool.map(_send, requests))


def _prepare(environment: dict[str, str], function: str, barrier: Barrier) -> None:
    global _barrier  # noqa: PLW0603 - a barrier reaches a process only as it starts
    replace_environment(environment)
    hash_with_few_rounds(pytest.MonkeyPatch())
    handler(function)
    _barrier = barrier


def _send(request: dict[str, Any]) -> Answer:
    _barrier.wait(60)
    return Service().request(**request)


def types_of(results: list[Any]) -> Counter[str]:
    """Count results by the names of their types."""
    return Counter(type(result).__name__ for result in results)
