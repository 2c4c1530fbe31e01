"""The server dies around every command that changes something, and starts again with what it had stored."""

import itertools
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import pymongo
import pytest

from local.mongod import running_mongod
from local.processes import Child, free_port
from tenantry.identity import counters, throttling
from tenantry.identity.credentials import check_password
from tests.faults import selection
from tests.faults.bench import Bench, running_bench
from tests.faults.case import Case
from tests.faults.commands import COMMANDS
from tests.faults.faults import Fault, Hit
from tests.faults.model import Answer
from tests.faults.notation import waits_for_majority
from tests.faults.victims import Moment
from tests.support.directories import data_directory
from tests.support.mongodb import own_mongod

_TIMEOUT_SECONDS: Final = 1.0
_SAMPLE: Final = 47  # every so manieth case runs with every change


class KillableServer:
    """A server that is killed and started again with the same data, at the same address."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._running = ExitStack()
        self._child: Child | None = None
        self.port = free_port()
        self.uri = ""

    def __enter__(self) -> "KillableServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def start(self) -> None:
        binary = own_mongod()
        server = running_mongod(binary, self._data, self.port, test_commands=True)
        self._child, self.uri = self._running.enter_context(server)

    def kill(self, _: int) -> None:
        assert self._child is not None
        os.kill(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def restart(self) -> None:
        self._running.close()
        self.start()


@pytest.fixture(scope="module")
def server() -> Iterator[KillableServer]:
    with data_directory() as directory, KillableServer(Path(directory) / "data") as server:
        yield server


@pytest.fixture(scope="module")
def bench(server: KillableServer) -> Iterator[Bench]:
    with running_bench(server.uri, server.port) as bench:
        yield bench


def _server_killed(server: KillableServer, moment: Moment, hit: Hit) -> Answer:
    with pymongo.timeout(_TIMEOUT_SECONDS), hit.at_command(server.kill, moment=moment):
        answer = hit.attempt()
    server.restart()
    hit.bench.reconnect()
    return answer


_KILLED: Final[dict[str, Moment]] = {"server-killed-before": "before", "server-killed-after": "after"}


def _cases() -> Iterator[Any]:
    numbers = itertools.count()
    for operation, commands in COMMANDS.items():
        for index, command in enumerate(commands):
            if waits_for_majority(command):
                point = f"{operation}-{index}-{command.replace(' ', '_')}"
                for fault, continuation in itertools.product(_KILLED, ("retry", "reconcile")):
                    if next(numbers) % _SAMPLE == 0 or selection.ALL:
                        name = f"{point}-{fault}-{continuation}"
                        yield pytest.param(operation, index, fault, continuation, id=name)


@pytest.mark.parametrize(("operation", "index", "fault", "continuation"), list(_cases()))
def test_killed_server(  # noqa: PLR0917 - pytest names them
    bench: Bench, server: KillableServer, operation: str, index: int, fault: str, continuation: str
) -> None:
    Case(bench, operation).run(Fault(partial(_server_killed, server, _KILLED[fault])), index, continuation)


def test_failures_that_were_answered_are_counted_after_a_kill(bench: Bench, server: KillableServer) -> None:
    """Their counts wait for nothing, but their records do, which come after them."""
    for _ in range(3):
        assert check_password(throttling.of_stranger("nobody@example.com"), None, "guess") is False
    server.kill(0)
    server.restart()
    bench.reconnect()
    counter = {"_id": counters.key_of("nobody@example.com"), "failures": 3}
    assert bench.databases.master["login_attempts"].count_documents(counter) == 1
