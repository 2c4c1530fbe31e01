"""Changes of answers, and which answers are changed."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any, Final

from tests.e2e.smoke.breaking_proxy import Exchange

DAY: Final = 24 * 60 * 60


def without(name: str) -> Callable[[Exchange], None]:
    def change(exchange: Exchange) -> None:
        exchange.headers.pop(name, None)

    return change


def with_field(name: str, value: str) -> Callable[[Exchange], None]:
    def change(exchange: Exchange) -> None:
        exchange.headers[name] = value

    return change


def answering(status: int, body: Any = None) -> Callable[[Exchange], None]:
    """Answer something else; the header fields stay, so that nothing but this is wrong."""

    def change(exchange: Exchange) -> None:
        exchange.status = status
        if body is not None:
            exchange.content = json.dumps(body).encode()
            exchange.headers["content-type"] = "application/json"

    return change


def with_json(edit: Callable[[Any], Any]) -> Callable[[Exchange], None]:
    def change(exchange: Exchange) -> None:
        exchange.content = json.dumps(edit(json.loads(exchange.content))).encode()

    return change


def has_status(status: int) -> Callable[[Exchange], bool]:
    return lambda exchange: exchange.status == status


def is_authorized_by(text: str) -> Callable[[Exchange], bool]:
    return lambda exchange: text in exchange.request.get("authorization", "")


def is_unauthorized(exchange: Exchange) -> bool:
    return "authorization" not in exchange.request


def is_from(origin: str | None) -> Callable[[Exchange], bool]:
    return lambda exchange: exchange.request.get("origin") == origin


def of_signer(exchange: Exchange) -> bool:
    return "Credential=test/" in exchange.request.get("authorization", "")


def edit_keys(edit: Callable[[list[dict[str, Any]]], None]) -> Callable[[Exchange], None]:
    def change(document: dict[str, Any]) -> dict[str, Any]:
        edit(document["keys"])
        return document

    return with_json(change)


def replace_key(keys: list[dict[str, Any]]) -> None:
    for key in keys:
        key["x"] = base64.urlsafe_b64encode(bytes(range(32))).rstrip(b"=").decode()


def age_key(keys: list[dict[str, Any]]) -> None:
    for key in keys:
        key["iat"] -= 32 * DAY


def keep_key(keys: list[dict[str, Any]]) -> None:
    for key in keys:
        key["iat"] = min(key["iat"], int(time.time()) - 60 * 60)
    keys.append(keys[0] | {"kid": "retired", "iat": 0})


def give_the_token_back(exchange: Exchange) -> None:
    token = exchange.request["authorization"].removeprefix("Bearer ")
    answering(200, {"access_token": token})(exchange)


def show_other_texts(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"text": "another"}
