"""`tenantry`, killed when it is about to send its nth command that changes something."""

import multiprocessing
import os
import signal
import sys
from pathlib import Path

from pymongo import monitoring

from cli.app import main

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.support.loaded", __name__])

READING = {"aggregate", "collStats", "endSessions", "ping", "find", "listCollections", "listIndexes"}


class Killer(monitoring.CommandListener):
    """Kills the process just before a command is sent."""

    def __init__(self, number: int) -> None:
        self.remaining = number

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.remaining -= event.command_name not in READING
        if self.remaining == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


def killed(number: int, *arguments: str | Path) -> bool:
    """Run `tenantry`, killed before its nth command; tell whether it had that many."""
    process = _processes.Process(target=_be_killed, args=(dict(os.environ), number, arguments))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def _be_killed(environment: dict[str, str], number: int, arguments: tuple[str | Path, ...]) -> None:
    os.environ |= environment
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    monitoring.register(Killer(number))
    sys.argv = ["tenantry", *map(str, arguments)]
    main()
