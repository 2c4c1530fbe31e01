"""What the functions ask the local AWS for, so that tests can hold it against what their roles allow.

Only what AWS decides by is kept, and each call once: no secret and no mail, however long the stack runs.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from ministack.core import lambda_runtime
from ministack.core.router import extract_access_key_id

PATH: Final = "/_tenantry/calls"
# Parameters that name a resource or are a condition key. Which of them an operation has, botocore knows.
DECIDING: Final = frozenset(
    {"SecretId", "EventBusName", "FromEmailAddress", "FromEmailAddressIdentityArn", "ConfigurationSetName"}
)

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]


@dataclass(frozen=True)
class Call:
    """A signed request of a function, without its signature and without most of its body.

    Parameters
    ----------
    function
        Name of the function whose credentials signed it.
    service
        Name of the service in the credential scope.
    method, path, query, target
        The request, which together name the operation; `target` is the field `X-Amz-Target`.
    parameters
        Names and values of those members of the body that decide what is allowed.
    """

    function: str
    service: str
    method: str
    path: str
    query: str
    target: str
    parameters: tuple[tuple[str, str], ...]


class Calls:
    """An ASGI application that keeps the calls of functions, and shows them under `PATH`."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._functions: set[str] = set()
        self._calls: set[Call] = set()

    def let_functions_sign_with_their_names(self) -> None:
        """Give each function an access key of its own, as each has on AWS: here its name.

        ministack takes any access key, and gives the one of their account to all functions.
        """
        account_and_region = lambda_runtime._account_region_from_function_config

        def name_and_region(function: dict[str, Any]) -> tuple[str, str]:
            name = function["FunctionName"]
            self._functions.add(name)
            return name, account_and_region(function)[1]

        lambda_runtime._account_region_from_function_config = name_and_region

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Handle a request."""
        if scope["type"] == "http" and scope["path"] == PATH:
            await self._show(send)
            return
        signer = _signer(scope)
        if signer in self._functions:
            receive = self._keeping(scope, signer, receive)
        await self._application(scope, receive, send)

    def _keeping(self, scope: Scope, signer: str, receive: Any) -> Any:
        """Return a `receive` that keeps the call once its body is complete."""
        body = bytearray()

        async def received() -> Any:
            message = await receive()
            body.extend(message.get("body", b""))
            if message["type"] == "http.request" and not message.get("more_body"):
                self._calls.add(_call(scope, signer, bytes(body)))
            return message

        return received

    async def _show(self, send: Any) -> None:
        content = json.dumps([asdict(call) for call in self._calls]).encode()
        fields = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": content})


def _signer(scope: Scope) -> str:
    return str(extract_access_key_id(_fields(scope))) if scope["type"] == "http" else ""


def _fields(scope: Scope) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in scope["headers"]}


def _call(scope: Scope, signer: str, body: bytes) -> Call:
    fields = _fields(scope)
    _, _, _, service, _ = fields["authorization"].partition("Credential=")[2].partition(",")[0].split("/")
    return Call(
        function=signer,
        service=service,
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode(),
        target=fields.get("x-amz-target", ""),
        parameters=tuple(sorted(set(_deciding(json.loads(body or b"null"))))),
    )


def _deciding(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for part in value:
            yield from _deciding(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name in DECIDING:
                yield name, part
            else:
                yield from _deciding(part)
