"""Request bodies: what is refused before any field is looked at."""

import base64
from collections.abc import Mapping
from typing import Any, Final

from tenantry import strict_json
from tenantry.errors import MalformedRequest, PayloadTooLarge, UnsupportedMediaType

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 20
MEDIA_TYPE: Final = "application/json"
REPLACEMENT_CHARACTER: Final = "\ufffd"  # what API Gateway makes of octets that are not UTF-8


def check_body(event: Mapping[str, Any]) -> None:
    """Refuse a body that is not one JSON object in UTF-8, as strict as `strict_json`.

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
    if not isinstance(strict_json.loads(octets, max_depth=MAX_DEPTH), dict):
        raise MalformedRequest("The body is not a JSON object.")


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
