"""Child processes that never outlive their parent, ports, and waiting on conditions."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from local.errors import LocalStackError

HOST = "127.0.0.1"

_CHILD = Path(__file__).with_name("child.py")
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.05
_LOG_TAIL_LINES = 40


class Child:
    """A running child process with its log file.

    Parameters
    ----------
    name
        What messages call it.
    command
        Program and arguments.
    log
        File that receives standard output and standard error.
    environment
        Variables of the process; the parent's own when left out.
    """

    def __init__(
        self, name: str, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-S", str(_CHILD), str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                process_group=0,  # Ctrl-C reaches the parent only, which stops its children in order
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def is_running(self) -> bool:
        """Tell whether the process is still alive."""
        return self._process.poll() is None

    def wait(self) -> int:
        """Wait until the process ends by itself and return its exit status."""
        return self._process.wait()

    def stop(self) -> None:
        """End the process and whatever it started, and wait until it is gone."""
        self._signal_group(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal_group(signal.SIGKILL)
            self._process.wait()

    def log_tail(self) -> str:
        """Return the last lines of the log, for an error message."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:])

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


@contextlib.contextmanager
def running(
    name: str, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Child]:
    """Run a child process for the length of a ``with`` block."""
    child = Child(name, command, log, environment)
    try:
        yield child
    finally:
        child.stop()


def run_to_end(name: str, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
    """Run a command that must succeed; its output goes to the log.

    Raises
    ------
    LocalStackError
        With the end of the output when the command fails.
    """
    with running(name, command, log, environment) as child:
        if child.wait() != 0:
            raise LocalStackError(f"{name} failed:\n{child.log_tail()}")


def wait_until(ready: Callable[[], bool], child: Child, seconds: float) -> None:
    """Wait until the condition holds.

    Raises
    ------
    LocalStackError
        When the child ends first or the time is over.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if not child.is_running():
            raise LocalStackError(f"{child.name} stopped while starting:\n{child.log_tail()}")
        if time.monotonic() > deadline:
            raise LocalStackError(f"{child.name} was not ready within {seconds:.0f} s:\n{child.log_tail()}")
        time.sleep(_POLL_SECONDS)


def wait_for_any_exit(children: Sequence[Child]) -> Child:
    """Block until one of the children ends and return it."""
    while True:
        for child in children:
            if not child.is_running():
                return child
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)


def free_port() -> int:
    """Return a TCP port on the loopback interface that nothing listens on."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
    return port


def require_free_port(port: int, purpose: str, variable: str) -> None:
    """Refuse a port that something listens on already.

    Raises
    ------
    LocalStackError
        With one line that names the port and the variable to choose another.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            raise LocalStackError(
                f"Port {port} for {purpose} is in use. Stop what listens there, or choose another: "
                f"{variable}={free_port()} make run"
            ) from None
