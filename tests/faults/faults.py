"""The faults: each hits one command of an operation, and tells how the operation ended for its client."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pymongo

from tenantry.runtime import clients
from tests.faults import notation
from tests.faults.bench import Bench
from tests.faults.commands import COMMANDS
from tests.faults.model import UNKNOWN, Answer
from tests.faults.operations import OPERATIONS
from tests.faults.victims import Moment, Victim
from tests.faults.world import Start

TIMEOUTS_SECONDS: Final = (0.2, 0.8, 3.2)  # of slow and late operations; the first that leads to the command
_WRITE_CONCERN_FAILED: Final = {"code": 64, "errmsg": "waiting for replication timed out"}
_INTERRUPTED: Final = 11601
_MAX_TIME_EXPIRED: Final = 50
_SHUTDOWN_IN_PROGRESS: Final = 91
_NOT_WRITABLE_PRIMARY: Final = 10107
_WRITE_CONFLICT: Final = 112


class MissedError(AssertionError):
    """The operation did not get to the command that the fault was to hit."""


@dataclass(frozen=True)
class Hit:
    """One operation and the command of it that a fault hits.

    `timeout_seconds` is how long the operation waits where the fault makes it wait.
    """

    bench: Bench
    operation: str
    index: int
    start: Start
    timeout_seconds: float = 0

    @property
    def command(self) -> str:
        return notation.name_of(COMMANDS[self.operation][self.index])

    def attempt(self) -> Answer:
        """Run the operation in this process."""
        return self._attempt(clients.REQUEST_TIMEOUT_SECONDS)

    def attempt_impatiently(self) -> Answer:
        """Run the operation in this process, with a short timeout."""
        return self._attempt(self.timeout_seconds)

    def _attempt(self, timeout_seconds: float) -> Answer:
        with pymongo.timeout(timeout_seconds):
            return OPERATIONS[self.operation].attempt(self.start.stale)

    @contextmanager
    def at_command(
        self, strike: Callable[[int], None], times: int = 1, moment: Moment = "before"
    ) -> Iterator[None]:
        """Call `strike` with the request's id before or after the command, and the ones that follow it."""

        def callback(index: int, request_id: int) -> None:
            if self.index <= index < self.index + times:
                strike(request_id)

        watch = self.bench.watch
        with watch.watching(**{moment: callback}):
            yield
        expected = list(COMMANDS[self.operation][: self.index + 1])
        if watch.commands[: self.index + 1] != expected:
            raise MissedError(f"expected {expected}, sent {watch.commands}")


@dataclass(frozen=True)
class Fault:
    """A fault, the commands that it can hit, and what it leaves to happen when the client is gone.

    `ending` makes what is still on its way arrive.
    """

    hit: Callable[[Hit], Answer]
    applies: Callable[[str], bool] = lambda _: True
    ending: Callable[[Bench], None] | None = None


def _killed(moment: Moment, hit: Hit) -> Answer:
    environment = dict(hit.bench.environment)
    hit.bench.victims.run(Victim(environment, hit.operation, hit.start.stale(), hit.index, moment))
    hit.bench.reap_transactions()
    return UNKNOWN


def _refused(times: int, data: Mapping[str, Any], hit: Hit) -> Answer:
    """The server fails the command, and the next one of its name if `times` is 2."""
    with _fail_point(hit, times, data):
        return hit.attempt()


@contextmanager
def _fail_point(hit: Hit, times: int, data: Mapping[str, Any]) -> Iterator[None]:
    bench = hit.bench
    fail = partial(bench.set_fail_point, {"times": times}, failCommands=[hit.command], **data)
    try:
        with hit.at_command(lambda _: fail()):
            yield
    finally:
        bench.set_fail_point("off")


def _reply_lost(times: int, hit: Hit) -> Answer:
    """The server executes the command, but the connection breaks before the reply; `times` in a row."""
    with hit.bench.behind_proxy(), hit.at_command(hit.bench.proxy.lose_reply, times):
        return hit.attempt()


def _slow(hit: Hit) -> Answer:
    """The server takes twice as long as the client waits."""
    block = {"blockConnection": True, "blockTimeMS": round(hit.timeout_seconds * 2000)}
    with _fail_point(hit, 1, block):
        return hit.attempt_impatiently()


def _late(hit: Hit) -> Answer:
    """The network keeps the command until the client has given up and others have been served."""
    with hit.bench.behind_proxy(), hit.at_command(hit.bench.proxy.hold):
        return hit.attempt_impatiently()


def _error(code: int, *labels: str, times: int = 1) -> Callable[[Hit], Answer]:
    data: dict[str, Any] = {"errorCode": code}
    if labels:
        data["errorLabels"] = list(labels)
    return partial(_refused, times, data)


def _is_commit(command: str) -> bool:
    return notation.name_of(command) == "commitTransaction"


FAULTS: Final[Mapping[str, Fault]] = {
    "killed-before": Fault(partial(_killed, "before")),
    "killed-after": Fault(partial(_killed, "after")),
    "connection-closed": Fault(partial(_refused, 1, {"closeConnection": True})),
    "connection-closed-twice": Fault(partial(_refused, 2, {"closeConnection": True})),
    "interrupted": Fault(_error(_INTERRUPTED)),
    "time-exceeded": Fault(_error(_MAX_TIME_EXPIRED)),
    "shutting-down": Fault(_error(_SHUTDOWN_IN_PROGRESS)),
    "not-primary-twice": Fault(_error(_NOT_WRITABLE_PRIMARY, times=2)),
    "retryable": Fault(
        _error(_SHUTDOWN_IN_PROGRESS, "RetryableWriteError"),
        lambda command: notation.is_retryable_write(command) or _is_commit(command),
    ),
    "retryable-twice": Fault(
        _error(_SHUTDOWN_IN_PROGRESS, "RetryableWriteError", times=2),
        lambda command: notation.is_retryable_write(command) or _is_commit(command),
    ),
    "transient": Fault(_error(_WRITE_CONFLICT, "TransientTransactionError"), notation.in_transaction),
    "unknown-commit": Fault(_error(_INTERRUPTED, "UnknownTransactionCommitResult"), _is_commit),
    "majority-not-reached": Fault(
        partial(_refused, 1, {"writeConcernError": _WRITE_CONCERN_FAILED}), notation.waits_for_majority
    ),
    "reply-lost": Fault(partial(_reply_lost, 1)),
    "reply-lost-twice": Fault(partial(_reply_lost, 2)),
    "slow": Fault(_slow, ending=Bench.wait_until_idle),
    "late": Fault(_late, ending=lambda bench: bench.proxy.release()),
}


def meets_equal_request(fault: Fault, hit: Hit) -> bool:
    """Tell whether a fault is what shows an insertion that an equal request is writing the key's record."""
    is_at_record = (hit.operation, hit.command) == ("insert-with-key", "update")
    return is_at_record and fault is FAULTS["transient"]
