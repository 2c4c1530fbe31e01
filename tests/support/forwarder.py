"""A TCP proxy in front of a MongoDB server; its subclasses say what becomes of requests and replies."""

import contextlib
import socket
import threading
from abc import ABC, abstractmethod
from typing import Final, Self

from local.processes import HOST


class Forwarder(ABC):
    """Accepts clients, and connects each with the server, until the end of a `with` block.

    Parameters
    ----------
    port
        The server's port on the loopback interface.
    """

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listener = socket.create_server((HOST, 0))
        self.port: Final[int] = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with (
            client,
            contextlib.suppress(OSError, EOFError),  # either end has gone
            socket.create_connection((HOST, self._server_port)) as server,
        ):
            for connection in (client, server):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while self._exchange(client, server):
                pass

    @abstractmethod
    def _exchange(self, client: socket.socket, server: socket.socket) -> bool:
        """Pass a request and what it is replied to; tell whether the connection lives on."""
