"""Processes that create, rename, delete and use few organizations at the same time."""

import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier, Event
from typing import Final

import pytest
from pymongo import monitoring

from tests.concurrency import roles
from tests.concurrency.client import SLUGS, Client
from tests.concurrency.history import Operation
from tests.support import library
from tests.support.fork_server import processes, replace_environment

ROLES: Final = (*[roles.administer] * 4, *[roles.write] * 3, roles.read)
EMAILS: Final = tuple(f"{number}@owners.example" for number in range(3))
READY_SECONDS: Final = 120
HELD_UP: Final = 0.02  # share of commands
MEAN_PAUSE_SECONDS: Final = 0.05  # of the process, longer than most operations


@dataclass(frozen=True)
class Worker:
    """What one process does; it makes one client of the database, as a function does."""

    number: int
    environment: dict[str, str]
    ready: Barrier
    stop: Event
    results: "Connection[list[Operation], None]"

    def run(self) -> None:
        """Play a role until told to stop, or nobody is there to tell."""
        replace_environment(self.environment)
        library.hash_with_few_rounds(pytest.MonkeyPatch())
        library.sign_without_secrets_manager(pytest.MonkeyPatch())
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # where functions log
        client, parent = Client(self.number), multiprocessing.parent_process()
        assert parent is not None
        monitoring.register(HoldUp())
        self.ready.wait(READY_SECONDS)
        while not self.stop.is_set() and parent.is_alive():
            ROLES[self.number](client, EMAILS)
        self.results.send(client.operations)


class HoldUp(monitoring.CommandListener):
    """Lets a process stand still now and then between two commands, where others may overtake it."""

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Send the command at once."""

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        if random.random() < HELD_UP:  # noqa: S311 - nothing secret
            time.sleep(random.expovariate(1 / MEAN_PAUSE_SECONDS))

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Go on at once."""


def storm(seconds: float, interruption: Callable[[Client], None] | None = None) -> list[list[Operation]]:
    """Let the processes run for a while, and return what each of them did.

    Parameters
    ----------
    seconds
        How long; before and again after an interruption, if there is one.
    interruption
        What happens in the middle; called with a client that is logged in to all organizations of the start.
    """
    setup = Client(len(ROLES))
    for email, slug in zip(EMAILS, SLUGS, strict=False):
        setup.sign_up(email, slug, roles.FIRST)
    ready, stop = processes.Barrier(len(ROLES) + 1), processes.Event()
    workers, senders, results = [], [], []
    for number in range(len(ROLES)):
        receiving, sending = processes.Pipe(duplex=False)
        worker = Worker(number, dict(os.environ), ready, stop, sending)
        workers.append(processes.Process(target=worker.run, daemon=True))
        senders.append(sending)
        results.append(receiving)
    try:
        for process, sending in zip(workers, senders, strict=True):
            process.start()
            sending.close()  # so that the end of the process is the end of the pipe
        ready.wait(READY_SECONDS)
        _run(workers, seconds)
        if interruption is not None:
            interruption(setup)
            _run(workers, seconds)
        stop.set()
        return [setup.operations, *(result.recv() for result in results)]
    finally:
        for process in workers:
            process.kill()
            process.join()


def _run(workers: Sequence[BaseProcess], seconds: float) -> None:
    """Wait for a while; no worker ends in it unless something is wrong."""
    assert wait([process.sentinel for process in workers], seconds) == [], "a process has ended early"
