"""Seeing each database command of an operation before it is sent and after it is answered."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from tests.faults.notation import described
from tests.support.databases import Document

Callback = Callable[[int, int], None]  # takes the command's index and its request id


def _pass(index: int, request_id: int) -> None:
    """Let the command pass."""


_NOW_AND_THEN: Final = "find plans"  # which a process sends twice a minute, and not with each operation


class CommandWatch(CommandListener):
    """Calls back at the commands that one thread sends; what the callback sends itself is not watched."""

    def __init__(self) -> None:
        self.sent: list[Document] = []
        self._unwatched: set[int] = set()  # requests
        self._thread: int | None = None
        self._before: Callback = _pass
        self._after: Callback = _pass

    @property
    def commands(self) -> list[str]:
        return [described(command) for command in self.sent]

    @contextmanager
    def watching(self, *, before: Callback = _pass, after: Callback = _pass) -> Iterator[None]:
        """Watch this thread within a `with` block."""
        self.sent = []
        self._before, self._after = before, after
        self._thread = threading.get_ident()
        try:
            yield
        finally:
            self._thread = None

    def started(self, event: CommandStartedEvent) -> None:
        if threading.get_ident() != self._thread:
            return
        if described(event.command) == _NOW_AND_THEN:
            self._unwatched.add(event.request_id)
            return
        self.sent.append(dict(event.command))
        self._call(self._before, event.request_id)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        self._ended(event)

    def failed(self, event: CommandFailedEvent) -> None:
        self._ended(event)

    def _ended(self, event: CommandSucceededEvent | CommandFailedEvent) -> None:
        if threading.get_ident() == self._thread and event.request_id not in self._unwatched:
            self._call(self._after, event.request_id)

    def _call(self, callback: Callback, request_id: int) -> None:
        thread, self._thread = self._thread, None
        try:
            callback(len(self.sent) - 1, request_id)
        finally:
            self._thread = thread
