"""Request bodies: what is refused before any field is looked at."""

import base64
import json
from collections.abc import Mapping
from typing import Any, Final, Never

from tenantry.errors import MalformedRequest, PayloadTooLarge, UnsupportedMediaType

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 20
MEDIA_TYPE: Final = "application/json"
REPLACEMENT_CHARACTER: Final = "\ufffd"  # what API Gateway makes of octets that are not UTF-8


def check_body(event: Mapping[str, Any]) -> None:
    """Refuse a body that is not one JSON object in UTF-8 (RFC 8259).

    JSON parsers disagree about duplicate keys, NaN and lone surrogates, so none of them gets through.

    Parameters
    ----------
    event : mapping
        API Gateway's proxy event.

    Raises
    ------
    PayloadTooLarge, UnsupportedMediaType, MalformedRequest
    """
    body = event.get("body")
    if not body:
        return
    if len(body) > MAX_BYTES * 4 / 3 + 4:  # the longest that base64 makes of it
        raise PayloadTooLarge(f"The body must not be longer than {MAX_BYTES} bytes.")
    _check_media_type(event.get("headers") or {})
    octets = _octets(body, is_base64=bool(event.get("isBase64Encoded")))
    if len(octets) > MAX_BYTES:
        raise PayloadTooLarge(f"The body must not be longer than {MAX_BYTES} bytes.")
    _check_json(octets)


def _check_media_type(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if name.lower() == "content-type" and value.partition(";")[0].strip() != MEDIA_TYPE:
            raise UnsupportedMediaType


def _octets(body: str, *, is_base64: bool) -> bytes:
    if REPLACEMENT_CHARACTER in body:
        raise MalformedRequest("The body is not text in UTF-8.")
    try:
        return base64.b64decode(body, validate=True) if is_base64 else body.encode()
    except ValueError:  # lone surrogates, or not base64
        raise MalformedRequest("The body is not text in UTF-8.") from None


def _check_json(octets: bytes) -> None:
    try:
        parsed = json.loads(octets.decode(), object_pairs_hook=_unique, parse_constant=_refuse_constant)
        json.dumps(parsed, ensure_ascii=False).encode()  # fails on lone surrogates
    except UnicodeError:
        raise MalformedRequest("The body is not text in UTF-8, or holds a lone surrogate.") from None
    except RecursionError:
        raise MalformedRequest("The body is nested too deeply.") from None
    except ValueError as error:
        raise MalformedRequest(f"The body is not valid JSON: {_reason(error)}.") from None
    if not isinstance(parsed, dict):
        raise MalformedRequest("The body is not a JSON object.")
    if _is_deeper(parsed, MAX_DEPTH):
        raise MalformedRequest("The body is nested too deeply.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has two members of the same name")
    return found


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not a JSON number")


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno} column {error.colno}"
    return str(error) if "digits" not in str(error) else "a number has too many digits"


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    children = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(child, levels - 1) for child in children)
