"""A proxy before the API that breaks answers."""

import contextlib
import http.client
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from local.processes import HOST
from tests.smoke.test_fields import EVERYWHERE
from tests.support import http_servers

BACKEND_SECONDS = 60.0
OF_ONE_CONNECTION = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass
class Exchange:
    """A request and its answer, which may be changed; `path` is that below the stage, with its query."""

    method: str
    path: str
    request: Mapping[str, str]
    octets: int
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""


@dataclass(frozen=True)
class Breakage:
    """What is broken, and the checks that have to fail then.

    Parameters
    ----------
    checks
        Names of checks.
    request
        Regular expression for method, path and query, of all of them.
    change
        Changes the answer.
    only_if
        Further condition on request and answer.
    is_forwarded
        Whether the API gets the request at all.
    times
        How many answers are changed at most.
    """

    checks: tuple[str, ...]
    request: str
    change: Callable[[Exchange], None]
    only_if: Callable[[Exchange], bool] = lambda exchange: True
    is_forwarded: bool = True
    times: int = 1_000_000

    def concerns(self, exchange: Exchange) -> bool:
        return bool(re.fullmatch(self.request, f"{exchange.method} {exchange.path}"))


class Breaker:
    """Forwards requests to the API and breaks the answers.

    Parameters
    ----------
    api_url
        Where to.
    breakages
        What is broken; those that concern the same answer change it one after the other.

    Attributes
    ----------
    counts
        How many answers each breakage has changed so far.
    """

    def __init__(self, api_url: str, breakages: Sequence[Breakage]) -> None:
        self._backend = urlsplit(api_url)
        self._breakages = breakages
        self._lock = threading.Lock()
        self.path = self._backend.path
        self.counts = [0] * len(breakages)

    def answer(self, exchange: Exchange, content: bytes) -> None:
        """Fill in status, header fields and content of the answer."""
        concerned = [breakage for breakage in self._breakages if breakage.concerns(exchange)]
        if all(breakage.is_forwarded or not breakage.only_if(exchange) for breakage in concerned):
            self._forward(exchange, content)
        else:
            exchange.headers = {"cache-control": "no-store"}
            exchange.headers |= {name.lower(): value for name, value in EVERYWHERE.items()}
        for breakage in concerned:
            if breakage.only_if(exchange) and self._counted(self._breakages.index(breakage)):
                breakage.change(exchange)

    def _counted(self, number: int) -> bool:
        """Count a change, unless there have been as many as there may be."""
        with self._lock:
            self.counts[number] += 1
            return self.counts[number] <= self._breakages[number].times

    def _forward(self, exchange: Exchange, content: bytes) -> None:
        connection = http.client.HTTPConnection(HOST, self._backend.port or 80, timeout=BACKEND_SECONDS)
        with contextlib.closing(connection):
            path = self.path + exchange.path
            connection.putrequest(exchange.method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in exchange.request.items():
                connection.putheader(name, value)
            connection.endheaders(content)
            answer = connection.getresponse()
            exchange.status, exchange.content = answer.status, answer.read()
            exchange.headers = {
                name.lower(): value
                for name, value in answer.getheaders()
                if name.lower() not in OF_ONE_CONNECTION
            }


class Server(ThreadingHTTPServer):
    """Listens on a free port.

    Parameters
    ----------
    breaker
        Answers.
    """

    daemon_threads = True

    def __init__(self, breaker: Breaker) -> None:
        super().__init__((HOST, 0), Handler)
        self.breaker = breaker


class Handler(BaseHTTPRequestHandler):
    """Reads requests and writes answers."""

    server: Server
    protocol_version = "HTTP/1.1"

    def exchange(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.removeprefix(self.server.breaker.path)
        fields = {name.lower(): value for name, value in self.headers.items()}
        exchange = Exchange(self.command, path, fields, len(content))
        self.server.breaker.answer(exchange, content)
        self.send_response_only(exchange.status)
        for name, value in exchange.headers.items():
            self.send_header(name, value)
        # Content of an answer that has none would be taken for the next answer of the connection.
        has_content = exchange.status != 204 and self.command != "HEAD"
        if has_content:
            self.send_header("Content-Length", str(len(exchange.content)))
        self.end_headers()
        if has_content:
            self.wfile.write(exchange.content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = exchange  # noqa: N815

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its name in the base class
        """Write nothing."""


@contextlib.contextmanager
def breaking(api_url: str, breakages: Sequence[Breakage]) -> Iterator[tuple[str, list[int]]]:
    """Serve an API with broken answers.

    Yields
    ------
    tuple[str, list[int]]
        The URL, and how many answers each breakage has concerned so far.
    """
    breaker = Breaker(api_url, breakages)
    with http_servers.running(Server(breaker)) as url:
        yield url + breaker.path, breaker.counts
