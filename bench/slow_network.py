"""A network that takes its time: a TCP proxy that passes everything on a while after it has come.

Run as ``python -m bench.slow_network SERVER_PORT PORT``, a process of its own, so that it takes none of the
time of whoever is measured.
"""

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from local.processes import HOST, Child, free_port, running, wait_until

ROUND_TRIP_SECONDS: Final = 0.002
_CHUNK_BYTES: Final = 1 << 20
_READY_SECONDS: Final = 30


@contextlib.contextmanager
def in_front_of(port: int, directory: Path) -> Iterator[int]:
    """Run the proxy in front of a server's port, and yield its own port."""
    slow = free_port()
    command = [sys.executable, "-m", "bench.slow_network", str(port), str(slow)]
    with running("the slow network", command, directory / "network.log") as child:
        _wait_for(slow, child)
        yield slow


def _wait_for(port: int, child: Child) -> None:
    def accepts() -> bool:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port)):
            return True
        return False

    wait_until(accepts, child, _READY_SECONDS)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):  # either end has gone
        while octets := source.recv(_CHUNK_BYTES):
            time.sleep(ROUND_TRIP_SECONDS / 2)
            target.sendall(octets)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def main(server_port: int, port: int) -> None:
    """Connect each client with the server, for ever."""
    with socket.create_server((HOST, port)) as listener:
        while True:
            client, _ = listener.accept()
            server = socket.create_connection((HOST, server_port))
            for connection in (client, server):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for ends in ((client, server), (server, client)):
                threading.Thread(target=_pass_on, args=ends, daemon=True).start()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
