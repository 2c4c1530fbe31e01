"""A MongoDB server that can be killed and started again on the same data."""

import os
import signal
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from local.mongod import running_mongod
from local.processes import free_port
from tests.support.directories import data_directory
from tests.support.mongodb import own_mongod


class Server:
    """A replica set of one, for the length of a `with` block."""

    def __init__(self) -> None:
        binary = own_mongod()
        self._binary, self._port = binary, free_port()
        self._directory, self._running = ExitStack(), ExitStack()

    def __enter__(self) -> Self:
        self._data = Path(self._directory.enter_context(data_directory())) / "data"
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()
        self._directory.close()

    def kill(self) -> None:
        """End the server in the middle of whatever it does."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._running.close()

    def start(self) -> None:
        """Start the server on the data that are there."""
        server = running_mongod(self._binary, self._data, self._port)
        self._process, self.uri = self._running.enter_context(server)
