"""Request bodies: what is refused before any field is looked at."""

import base64
from collections.abc import Mapping, Set
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
    octets = octets_of(event, {MEDIA_TYPE}, MAX_BYTES)
    if octets and not isinstance(strict_json.loads(octets, max_depth=MAX_DEPTH), dict):
        raise MalformedRequest("The body is not a JSON object.")


def octets_of(event: Mapping[str, Any], media_types: Set[str], max_bytes: int) -> bytes:
    """Return a request's body, which is text in UTF-8 of one of these media types.

    Parameters
    ----------
    event : mapping
        API Gateway's proxy event.
    media_types : set of str
        In lower case; what has no Content-Type field is taken for the right one.
    max_bytes : int
        How long the body may be.

    Returns
    -------
    bytes
        Empty if there is no body.

    Raises
    ------
    PayloadTooLarge, UnsupportedMediaType, MalformedRequest
    """
    body = event.get("body") or ""
    if len(body) > max_bytes * 4 / 3 + 4:  # the longest that base64 makes of it
        raise _too_large(max_bytes)
    if body:
        _check_media_type(event.get("headers") or {}, media_types)
    octets = _octets(body, is_base64=bool(event.get("isBase64Encoded")))
    if len(octets) > max_bytes:
        raise _too_large(max_bytes)
    return octets


def _too_large(max_bytes: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The body must not be longer than {max_bytes} bytes.")


def _check_media_type(headers: Mapping[str, str], media_types: Set[str]) -> None:
    for name, value in headers.items():
        if name.lower() == "content-type" and value.partition(";")[0].strip() not in media_types:
            raise UnsupportedMediaType(f"Send the body as {' or '.join(sorted(media_types))}.")


def _octets(body: str, *, is_base64: bool) -> bytes:
    if REPLACEMENT_CHARACTER in body:
        raise MalformedRequest(
            "The body is not text in UTF-8, or holds U+FFFD; write \\ufffd if it is meant."
        )
    try:
        return base64.b64decode(body, validate=True) if is_base64 else body.encode()
    except ValueError:  # lone surrogates, or not base64
        raise MalformedRequest("The body is not text in UTF-8.") from None
