"""A TCP proxy in front of MongoDB that loses replies and holds requests back."""

import contextlib
import socket
import struct
import threading
from typing import Final, Self

_HEADER: Final = struct.Struct("<iiii")  # length, request id, id of the request replied to, operation
_HOST: Final = "127.0.0.1"


class Proxy:
    """Forwards the messages of MongoDB's wire protocol between its clients and one server.

    Parameters
    ----------
    port
        The server's port on the loopback interface.
    """

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listener = socket.create_server((_HOST, 0))
        self._lost: set[int] = set()
        self._late: set[int] = set()
        self._released = threading.Event()
        self._delivered = threading.Event()

    @property
    def uri(self) -> str:
        """Connection string; each request has one reply where the driver polls the server's state."""
        port = self._listener.getsockname()[1]
        return f"mongodb://{_HOST}:{port}/?directConnection=true&serverMonitoringMode=poll"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

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

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with (
            client,
            contextlib.suppress(OSError, EOFError),  # either end has gone
            socket.create_connection((_HOST, self._server_port)) as server,
        ):
            for connection in (client, server):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while self._exchange(client, server):
                pass

    def _exchange(self, client: socket.socket, server: socket.socket) -> bool:
        """Pass one request and its reply on; tell whether the connection lives on."""
        request_id, request = _receive(client)
        is_late = request_id in self._late
        if is_late:
            self._released.wait()
        server.sendall(request)
        _, reply = _receive(server)
        if is_late:
            self._delivered.set()
        if request_id in self._lost:
            return False
        client.sendall(reply)
        return True


def _receive(connection: socket.socket) -> tuple[int, bytes]:
    header = _receive_exactly(connection, _HEADER.size)
    length, request_id, _, _ = _HEADER.unpack(header)
    return request_id, header + _receive_exactly(connection, length - _HEADER.size)


def _receive_exactly(connection: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise EOFError
        received += part
    return bytes(received)
