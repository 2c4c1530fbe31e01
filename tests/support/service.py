"""The HTTP API without a gateway: full proxy events, handed to the handler of the route's function."""

import importlib.util
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from tests.support import documented
from tests.support.proxy_events import behind_domain, proxy_event
from tests.support.routes import route_of

PROJECT: Final = Path(__file__).parents[2]
OMITTED: Final = object()


@dataclass
class LambdaContext:
    """What handlers use of Lambda's context object."""

    function_name: str
    memory_limit_in_mb: int = 512
    aws_request_id: str = "4c7e1b0a-5d2f-4e8b-9a6c-3f1d2b4c5e6f"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:us-east-1:123456789012:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return 15_000


@dataclass(frozen=True)
class Answer:
    """An HTTP answer as a client gets it; names of header fields are in lower case."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The problem's code; empty for an answer that is no problem document."""
        if self.headers.get("content-type") != "application/problem+json":
            return ""
        return str(self.json["code"])

    @property
    def apart_from_request_id(self) -> tuple[int, dict[str, str], str]:
        """All that a client sees but the request's id."""
        return self.status, self.headers, re.sub(r"urn:tenantry:request:[0-9a-f-]+", "", self.text)


@cache
def module(function: str) -> ModuleType:
    """Load functions/<function>/app.py, once per process."""
    spec = importlib.util.spec_from_file_location(
        f"functions.{function}", PROJECT / "functions" / function / "app.py"
    )
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def handler(function: str) -> Any:
    """Return the handler of functions/<function>/app.py."""
    return module(function).lambda_handler


class Service:
    """Sends requests to the functions of this process, one after the other.

    Behind the base path of a custom domain, if one is given, or else at the default endpoint.
    """

    def __init__(self, base_path: str | None = None) -> None:
        self._base_path = base_path

    def request(
        self,
        method: str,
        path: str,
        *,
        json_body: Any = OMITTED,
        body: str | None = None,
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
        event = proxy_event(method, path, fields | dict(headers or {}), body, is_base64=is_base64)
        return self.send(event if self._base_path is None else behind_domain(event, self._base_path))

    def send(self, event: dict[str, Any]) -> Answer:
        """Invoke the function of the event's route; a problem must be one that the document names."""
        resource, function, _ = route_of(event["httpMethod"], event["resource"])
        answer = handler(function)(event, LambdaContext(function))
        fields = dict(answer.get("headers") or {})
        fields |= {name: ", ".join(values) for name, values in answer["multiValueHeaders"].items()}
        assert answer["isBase64Encoded"] is False
        sent = Answer(
            answer["statusCode"],
            {name.lower(): value for name, value in fields.items()},
            answer["body"] or "",
        )
        documented.check(event["httpMethod"], resource, sent.status, sent.code)
        return sent

    def get(self, path: str, **parts: Any) -> Answer:
        return self.request("GET", path, **parts)

    def post(self, path: str, json: Any = OMITTED, **parts: Any) -> Answer:
        return self.request("POST", path, json_body=json, **parts)

    def patch(self, path: str, json: Any = OMITTED, **parts: Any) -> Answer:
        return self.request("PATCH", path, json_body=json, **parts)

    def put(self, path: str, json: Any = OMITTED, **parts: Any) -> Answer:
        return self.request("PUT", path, json_body=json, **parts)

    def delete(self, path: str, **parts: Any) -> Answer:
        return self.request("DELETE", path, **parts)
