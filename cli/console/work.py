"""Work that takes longer than a request: it goes on in a thread of its own, and pages ask how far it is."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from pymongo.errors import PyMongoError

from cli import library
from cli.checker import Advance
from cli.connection import ConnectionFailed
from tenantry.errors import TenantryError
from tenantry.lifecycle.moves.errors import MoveError, OutOfTime
from tenantry.lifecycle.oversight.findings import reason_of
from tenantry.runtime import moments, request_context
from tenantry.runtime.moments import rfc3339
from tenantry.runtime.observability import log_failure

CheckTime = Callable[[], None]


class Work:
    """Work that has begun.

    Parameters
    ----------
    do : callable
        Does it and returns what pages are told of it. It calls the first function that it is passed again and
        again, which ends it when the console ends, and the second one as it comes further.
    """

    def __init__(self, do: Callable[[CheckTime, Advance], Any]) -> None:
        self._do = do
        self._progress: dict[str, tuple[int, int]] = {}
        self._state: Literal["running", "done", "failed"] = "running"
        self._result: Any = None
        self._error: str | None = None
        self._began_at: datetime = moments.now()
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self._state == "running"

    def stop(self, seconds: float) -> None:
        """Let it end where it can be continued later, and wait for that."""
        self._is_stopped.set()
        self._thread.join(seconds)

    def content(self) -> dict[str, Any]:
        """Return how far it is."""
        return {
            "state": self._state,
            "began_at": rfc3339(self._began_at),
            "progress": [
                {"name": name, "done": done, "expected": max(done, expected)}
                for name, (done, expected) in list(self._progress.items())
            ],
            "result": self._result,
            "error": self._error,
        }

    def _run(self) -> None:
        request_context.set_actor(library.actor())  # a thread begins with an empty context
        try:
            self._result = self._do(self._check_time, self._advance)
            self._state = "done"
        except Exception as error:  # there is nobody to raise it to
            self._error = _reason_of(error)
            self._state = "failed"

    def _check_time(self) -> None:
        if self._is_stopped.is_set():
            raise OutOfTime

    def _advance(self, name: str, done: int, expected: int) -> None:
        self._check_time()
        self._progress[name] = done, expected


def _reason_of(error: Exception) -> str:
    match error:
        case OutOfTime():
            return "It was stopped; it can be begun again"
        case TenantryError(detail=detail) if detail and error.__cause__ is None:
            return detail
        case PyMongoError() | TenantryError():
            return f"MongoDB cannot be used: {reason_of(error)}"
        case ConnectionFailed() | MoveError():
            return str(error)
        case _:
            log_failure("The console's work failed", error)
            return f"It failed, which it should not: {type(error).__name__}"
