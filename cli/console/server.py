"""The HTTP server of the operator's console, on this machine alone."""

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, override

from cli import library
from cli.connection import Target
from cli.console import functions, page, peers, requests
from cli.console.entrance import Entrance
from cli.console.local_routes import METHODS, LocalRoutes
from cli.console.problems import Answer, Problem, json_answer, not_found

OPERATOR: Final = "/operator/"
MAX_CONNECTIONS: Final = 64
IDLE_SECONDS: Final = 30
FIELDS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
OMITTED: Final = {"content-length", "strict-transport-security"}  # plain HTTP is all that there is here


class Console(ThreadingHTTPServer):
    """Serves the console's page, and what it asks for.

    Parameters
    ----------
    port : int
        Where to listen; 0 for any that is free.
    entrance : Entrance
        Admits the page.
    local : LocalRoutes
        What this process works on.
    tell : callable
        Told once that a connection was refused, and why.

    Raises
    ------
    OSError
        Something else listens there.
    """

    daemon_threads = True
    request_queue_size = MAX_CONNECTIONS

    def __init__(
        self, port: int, entrance: Entrance, local: LocalRoutes, tell: Callable[[str], None]
    ) -> None:
        super().__init__((requests.HOST, port), Handler)
        self.entrance = entrance
        self.local = local
        self.operator = str(library.actor().id)
        self._tell = tell
        self._has_told = False
        self._connections = threading.BoundedSemaphore(MAX_CONNECTIONS)

    def link(self) -> str:
        """Return an address that admits one page within the next minute."""
        return f"http://{requests.HOST}:{self.server_port}{page.PATH}#/start?token={self.entrance.token()}"

    @override
    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Let no other user of this machine have one of the connections, or send anything.

        Whatever this raised would end the server: its caller does not catch it
        (https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.verify_request).
        """
        try:
            is_refused = peers.is_of_another_user(client_address, request.getsockname())
            why = "the system does not list it as a connection of yours"
        except OSError as error:
            is_refused, why = True, f"the system does not tell whose it is ({error})"
        if is_refused:
            self._tell_once(f"The console has refused a connection: {why}. Later refusals are not shown.")
        return not is_refused

    def _tell_once(self, text: str) -> None:
        if not self._has_told:
            self._has_told = True
            with suppress(OSError):  # nobody reads what the terminal would show
                self._tell(text)

    @override
    def process_request(self, request: Any, client_address: Any) -> None:
        if self._connections.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    @override
    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Write nothing of connections that break."""


class Handler(BaseHTTPRequestHandler):
    """Answers one connection's requests."""

    server: Console
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS

    def answer(self) -> None:
        """Answer a request, and close the connection if its body was not read."""
        try:
            answer = self._answered()
        except Problem as problem:
            self.close_connection = True
            answer = problem.answer()
        except Exception as error:
            traceback.print_exc()  # for a report; the page can do nothing with it
            self.close_connection = True
            detail = f"This should not happen ({type(error).__name__}); the terminal says where it did."
            answer = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", detail).answer()
        self._send(answer)

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

    def _answered(self) -> Answer:
        fields = self._fields()
        path = self.path.partition("?")[0]
        is_page = self.command in {"GET", "HEAD"} and page.is_of(path)
        requests.check_source(fields, self.server.server_port, is_page=is_page)
        if path.startswith(OPERATOR):
            self.server.entrance.check(fields.get("authorization", ""))
        elif not is_page and (self.command, path) != ("POST", "/start"):
            raise not_found()
        body = requests.read_body(fields, self.rfile)
        if path == "/start":
            return self._start(body)
        if is_page:
            return page.answer(path, fields.get("if-none-match"))
        if path in METHODS:
            return self.server.local.answer(self.command, path, body)
        event = functions.event_of(self.command, self.path, fields, body, self.server.operator)
        return functions.call(OPERATOR, event)

    def _fields(self) -> dict[str, str]:
        """Return the header fields, the lines of each joined (RFC 9110 section 5.2)."""
        fields: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            fields[key] = f"{fields[key]}, {value}" if key in fields else value
        return fields

    def _start(self, body: bytes) -> Answer:
        token = requests.parse(body).get("token")
        if not isinstance(token, str):
            raise Problem(HTTPStatus.BAD_REQUEST, "malformed-request", 'Send {"token": that of the link}.')
        bearer = self.server.entrance.exchange(token)
        return json_answer({"access_token": bearer, "operator": self.server.operator})

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in (FIELDS | answer.fields).items():
            if name.lower() not in OMITTED:
                self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        if answer.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    @override
    def version_string(self) -> str:
        return "tenantry"

    @override
    def log_message(self, format: str, *arguments: object) -> None:
        """Write nothing: whoever looks at the terminal looks at the page."""


def listening(port: int, target: Target, tell: Callable[[str], None]) -> Console:
    """Return a server that listens and does not answer yet, with all that it needs to answer.

    Raises
    ------
    OSError
        Something else listens there.
    """
    functions.routes(OPERATOR)  # which takes seconds
    return Console(port, Entrance(tell), LocalRoutes(target, tell), tell)


@contextmanager
def answering(server: Console) -> Iterator[None]:
    """Let a server answer for the length of a `with` block, and end its work where it can be continued."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    with server:
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.local.stop()
