"""Run a command that ends when the process that started it ends.

Called as ``python child.py PARENT_PID COMMAND...``; it replaces itself with the command, so the
process id stays the same. The kernel sends SIGTERM to the command when its parent is gone, however
the parent ended. Platforms other than Linux have no such promise and run the command as it is.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Tie this process to its parent and become the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before the kernel was told to watch it
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - becoming another program is the purpose


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
