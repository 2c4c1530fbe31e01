"""A stand-in for the AWS Parameters and Secrets Lambda Extension, of the protocol that AWS documents."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from local.processes import HOST
from tests.support.http_servers import running


class SecretsExtension(ThreadingHTTPServer):
    """Answers requests that have the function's session token with the current strings of secrets."""

    def __init__(self, secrets: Mapping[str, str], session_token: str) -> None:
        super().__init__((HOST, 0), _Handler)
        self.secrets = secrets
        self.session_token = session_token
        self.asked: list[str] = []

    def answer(self, path: str, token: str | None) -> tuple[int, str]:
        """Return status and body for a request."""
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(query.get("secretId", ""))
        if token != self.session_token:
            return 401, "unauthorized"
        if parts.path != "/secretsmanager/get" or query.get("versionStage") != "AWSCURRENT":
            return 404, "not found"
        if query.get("secretId") not in self.secrets:
            return 400, "an unexpected error occurred while executing request"
        return 200, json.dumps({"ARN": query["secretId"], "SecretString": self.secrets[query["secretId"]]})


class _Handler(BaseHTTPRequestHandler):
    server: SecretsExtension

    def do_GET(self) -> None:
        status, body = self.server.answer(self.path, self.headers.get("X-Aws-Parameters-Secrets-Token"))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
        """Write nothing."""


@contextlib.contextmanager
def running_extension(secrets: Mapping[str, str], session_token: str) -> Iterator[SecretsExtension]:
    """Run the stand-in for the length of a ``with`` block."""
    extension = SecretsExtension(secrets, session_token)
    with running(extension):
        yield extension
