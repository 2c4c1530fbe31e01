"""HTTP servers that run in a thread of their own."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import HTTPServer

from local.processes import HOST


@contextlib.contextmanager
def running(server: HTTPServer) -> Iterator[str]:
    """Let a server answer for the length of a ``with`` block; yields the URL."""
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
