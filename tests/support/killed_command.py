"""`tenantry`, killed when it is about to send its nth command that changes something."""

import os
import signal
import sys
from pathlib import Path

from pymongo import monitoring

from cli.app import main
from tests.support.fork_server import processes, replace_environment

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
    process = processes.Process(target=_be_killed, args=(dict(os.environ), number, arguments))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def _be_killed(environment: dict[str, str], number: int, arguments: tuple[str | Path, ...]) -> None:
    replace_environment(environment)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    monitoring.register(Killer(number))
    sys.argv = ["tenantry", *map(str, arguments)]
    main()
