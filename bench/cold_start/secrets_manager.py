"""The part of Secrets Manager's protocol that boto3 needs to read a secret, on this machine."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local.processes import HOST
from tests.support.http_servers import running


class _SecretsManager(ThreadingHTTPServer):
    def __init__(self, secrets: Mapping[str, str]) -> None:
        super().__init__((HOST, 0), _Handler)
        self.secrets = secrets


class _Handler(BaseHTTPRequestHandler):
    server: _SecretsManager

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = asked["SecretId"]
        body = json.dumps({"ARN": name, "Name": name, "SecretString": self.server.secrets[name]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
        """Write nothing."""


@contextlib.contextmanager
def running_secrets_manager(secrets: Mapping[str, str]) -> Iterator[str]:
    """Answer GetSecretValue for the length of a ``with`` block; yields the URL."""
    with running(_SecretsManager(secrets)) as url:
        yield url
