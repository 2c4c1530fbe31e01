"""Processes that run one operation and are killed at one of its database commands."""

import multiprocessing
import os
import signal
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Final, Literal, Self

import pytest
import zxcvbn  # noqa: F401 - before the fork, so that no process has to
from pymongo import MongoClient

from tenantry.identity.sessions import Identity
from tenantry.registry import schema
from tenantry.runtime import clients, process
from tenantry.tenants import repetitions
from tests.faults import one_thread, sent_mails
from tests.faults.operations import OPERATIONS
from tests.faults.watch import CommandWatch
from tests.support import library
from tests.support.fork_server import replace_environment

Moment = Literal["before", "after"]

_LONGEST_SECONDS: Final = 60
_processes = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Victim:
    """What a process does until it is killed before or after its command of this index.

    `finds_indexes` tells whether the process need not care for the master's indexes any more.
    """

    environment: dict[str, str]
    operation: str
    caller: Identity
    index: int
    moment: Moment
    finds_indexes: bool = True

    def run(self) -> None:
        """Run the operation; does not return if it gets to the command."""
        signal.alarm(_LONGEST_SECONDS)
        replace_environment(self.environment)
        watch = CommandWatch()
        patch = pytest.MonkeyPatch()
        process.forget()
        library.hash_with_few_rounds(patch)
        library.sign_without_secrets_manager(patch)
        one_thread.roll_out_in_one_thread(patch)
        sent_mails.send_without_ses(patch)
        patch.setattr(clients, "MongoClient", partial(MongoClient, event_listeners=[watch]))
        if self.finds_indexes:
            patch.setattr(schema, "ensure_schema", lambda: None)
            patch.setattr(repetitions, "ensure_index", lambda _: None)
        with watch.watching(**{self.moment: self._die}):
            OPERATIONS[self.operation].request(lambda: self.caller)

    def _die(self, index: int, request_id: int) -> None:
        if index == self.index:
            os.kill(os.getpid(), signal.SIGKILL)


class Victims:
    """Forks each victim from a process that has imported everything and has no connections."""

    def __init__(self) -> None:
        self._pipe, for_parent = _processes.Pipe()
        self._parent = _processes.Process(target=_serve, args=(for_parent,), daemon=True)
        self._parent.start()
        for_parent.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.close()
        self._parent.join()

    def run(self, victim: Victim) -> None:
        """Run a victim until it is dead."""
        self._pipe.send(victim)
        status = self._pipe.recv()
        assert status == -signal.SIGKILL, f"the process ended with {status} and not by the kill"


def _serve(victims: "Connection[int, Victim]") -> None:
    while True:
        try:
            victim = victims.recv()
        except EOFError:
            return
        pid = os.fork()
        if pid == 0:
            try:
                victim.run()
            finally:
                os._exit(1)
        victims.send(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
