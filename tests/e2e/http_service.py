"""The deployed API, spoken to over HTTP."""

import json
import secrets
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.ministack import REGION
from local.signatures import ACCESS_KEY, SECRET_KEY, SERVICE
from tests.support.service import OMITTED, Answer, Service

# Of each answer its own, and not of our functions' making.
FIELDS_OF_THE_GATEWAY = {"date", "x-amzn-requestid", "x-amz-request-id"}


class HttpService(Service):
    """Sends requests over HTTP; may be used by several threads at a time."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def request(
        self,
        method: str,
        path: str,
        *,
        json_body: Any = OMITTED,
        body: str | bytes | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        is_base64: bool = False,
    ) -> Answer:
        """Send one request; `json_body` is encoded, `body` is sent as it is."""
        fields = {} if token is None else {"Authorization": f"Bearer {token}"}
        if json_body is not OMITTED:
            body = json.dumps(json_body)
        if body is not None:
            fields["Content-Type"] = "application/json"
        answer = self._client.request(method, path, content=body, headers=fields | dict(headers or {}))
        received = {
            name: value for name, value in answer.headers.items() if name not in FIELDS_OF_THE_GATEWAY
        }
        return Answer(answer.status_code, received, answer.text)


class Signing(httpx.Auth):
    """Signs requests as the only user whom the local AWS knows, who may call the operator's routes."""

    requires_request_body = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        signed = AWSRequest(request.method, str(request.url), {}, request.content)
        SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), SERVICE, REGION).add_auth(signed)
        request.headers.update(dict(signed.headers))
        yield request


def unique(name: str) -> str:
    """Return a name that no other test of the same stack uses."""
    return f"{name} {secrets.token_hex(4)}"


def at_once[Result](calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """Make each call in a thread of its own, all at the same time."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: call(), calls))
