"""The functions of this process behind an HTTP server, for clients that speak HTTP only."""

import contextlib
import random
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address

from local.processes import HOST
from tests.support.http_servers import running
from tests.support.proxy_events import STAGE, proxy_event
from tests.support.routes import route_of
from tests.support.service import Answer, Service

OPERATOR_ARN = "arn:aws:iam::123456789012:role/Operator"
SIGNATURE = "AWS4-HMAC-SHA256"
NOT_FOUND = Answer(
    404,
    {"content-type": "application/problem+json"},
    '{"type":"urn:tenantry:problem:not-found","title":"Not found","status":404,"code":"not-found",'
    '"detail":"There is nothing here.","instance":"urn:tenantry:request:unknown"}',
)


class Gateway(BaseHTTPRequestHandler):
    """Does what API Gateway does: finds the function, tells it who signed, and passes bodies on.

    Each request comes from an address of its own, so that failures do not add up to a pause.
    """

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        answer = self.invoked(self.rfile.read(length))
        octets = answer.text.encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def invoked(self, body: bytes) -> Answer:
        path = self.path.removeprefix(f"/{STAGE}")
        try:
            route_of(self.command, path.partition("?")[0])
        except LookupError:
            return NOT_FOUND
        text = body.decode(errors="replace") if body else None
        event = proxy_event(self.command, path, dict(self.headers.items()), text)
        identity = event["requestContext"]["identity"]
        identity["sourceIp"] = str(IPv4Address(random.getrandbits(32)))
        if self.headers.get("Authorization", "").startswith(SIGNATURE):
            identity["userArn"] = OPERATOR_ARN
        return Service().send(event)

    do_GET = do_HEAD = do_OPTIONS = do_TRACE = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
        """Write nothing."""


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve the functions, one request after the other, and return the base URL."""
    with running(HTTPServer((HOST, 0), Gateway)) as url:
        yield f"{url}/{STAGE}"
