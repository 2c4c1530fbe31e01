"""A library that knows the issuer alone finds the keys and verifies an access token with them."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import jwt
import pytest

from local.processes import HOST
from tenantry.http import discovery
from tenantry.identity.keys import public_keys
from tests.support import library
from tests.support.http_servers import running
from tests.support.owners import Owner, log_in
from tests.support.proxy_events import proxy_event
from tests.support.rotation import SigningKeySecret
from tests.support.service import Answer, Service


class Gateway(BaseHTTPRequestHandler):
    """Sends GET to the functions, in events without a stage and a domain."""

    def do_GET(self) -> None:
        event = proxy_event("GET", self.path, {"Host": self.headers["Host"]}, None)
        event["requestContext"] |= {"path": self.path, "domainName": None}
        answer = Service().send(event)
        self.send_response(answer.status)
        self.end_headers()
        self.wfile.write(answer.text.encode())

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def issuer(signing_key: SigningKeySecret, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of the API, which has become the issuer of a stack that had another."""
    with running(HTTPServer((HOST, 0), Gateway)) as url:
        monkeypatch.setenv("TOKEN_ISSUER", url)
        with library.fresh_process():
            public_keys.hand_over(url)
            signing_key.rotate()
            yield url


@pytest.mark.filterwarnings("ignore:No application metrics to publish")
def test_token_verifies_by_the_issuer_alone(owner: Owner, issuer: str) -> None:
    token = log_in(owner.service, owner.email)
    metadata = httpx.get(f"{issuer}{discovery.PATH}", trust_env=False).json()
    assert metadata["issuer"] == issuer
    key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(token)
    claims = jwt.decode(
        token,
        key,
        algorithms=metadata["id_token_signing_alg_values_supported"],
        issuer=issuer,
        audience="tenantry",
    )
    assert claims["org_id"] == owner.id


def issuer_metadata(service: Service, headers: dict[str, str] | None = None) -> Answer:
    return service.get(discovery.PATH, headers=headers)


@pytest.mark.usefixtures("databases")
@pytest.mark.parametrize(
    ("base_path", "url"),
    [
        (None, "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/v1"),
        ("", "https://api.example.com"),
        ("/tenants/v1", "https://api.example.com/tenants/v1"),
    ],
)
def test_keys_are_where_the_request_was_sent_to(base_path: str | None, url: str) -> None:
    answer = issuer_metadata(Service(base_path))
    assert (answer.status, answer.json["jwks_uri"]) == (200, f"{url}/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=300"


@pytest.mark.usefixtures("databases")
def test_no_field_of_the_client_is_in_an_address() -> None:
    """Caches on the way keep the answer for everybody."""
    evil = "evil.example"
    event = proxy_event("GET", discovery.PATH, {"X-Forwarded-Host": evil, "Forwarded": f"host={evil}"}, None)
    event["headers"]["Host"] = evil
    assert evil not in Service().send(event).text
