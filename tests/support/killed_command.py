"""`tenantry`, killed when it is about to send its nth command that is more than a look.

Usage: python -m tests.support.killed_command N ARGUMENT...
"""

import os
import signal
import sys

from pymongo import monitoring

from cli.app import main

READING = {"aggregate", "collStats", "endSessions", "ping", "find", "listCollections", "listIndexes"}


class Killer(monitoring.CommandListener):
    """Kills the process at a command, which thus is not sent any more."""

    def __init__(self, number: int) -> None:
        self.left = number

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.left -= event.command_name not in READING
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


if __name__ == "__main__":
    number, *arguments = sys.argv[1:]
    monitoring.register(Killer(int(number)))
    sys.argv = ["tenantry", *arguments]
    main()
