"""A proxy in front of MongoDB that loses replies and holds requests back."""

import socket
import threading
from typing import override

from local.processes import HOST
from tests.support.forwarder import Forwarder
from tests.support.wire_protocol import receive


class Proxy(Forwarder):
    """Forwards the messages of MongoDB's wire protocol between its clients and one server.

    Parameters
    ----------
    port
        The server's port on the loopback interface.
    """

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self._lost: set[int] = set()
        self._late: set[int] = set()
        self._released = threading.Event()
        self._delivered = threading.Event()

    @property
    def uri(self) -> str:
        """Connection string; each request has one reply where the driver polls the server's state."""
        return f"mongodb://{HOST}:{self.port}/?directConnection=true&serverMonitoringMode=poll"

    @override
    def __exit__(self, *exception: object) -> None:
        self._released.set()
        super().__exit__(*exception)

    def lose_reply(self, request_id: int) -> None:
        """Close the connection instead of passing the reply on, once the server has given it."""
        self._lost.add(request_id)

    def hold(self, request_id: int) -> None:
        """Keep the request until `release`."""
        self._released.clear()
        self._delivered.clear()
        self._late.add(request_id)

    def release(self) -> None:
        """Let the request that is held reach the server, and wait until the server has replied."""
        self._released.set()
        assert self._delivered.wait(30), "the server did not answer"

    @override
    def _exchange(self, client: socket.socket, server: socket.socket) -> bool:
        request = receive(client)
        is_late = request.request_id in self._late
        if is_late:
            self._released.wait()
        server.sendall(request.octets)
        reply = receive(server)
        if is_late:
            self._delivered.set()
        if request.request_id in self._lost:
            return False
        client.sendall(reply.octets)
        return True
