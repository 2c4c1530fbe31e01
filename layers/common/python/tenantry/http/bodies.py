"""Request bodies: what is refused before any field is looked at."""

import base64
from collections.abc import Mapping, Set
from typing import Any, Final
from urllib.parse import parse_qsl

from tenantry.errors import MalformedRequest, PayloadTooLarge, UnsupportedContentCoding, UnsupportedMediaType
from tenantry.http.header_fields import value_of
from tenantry.language import strict_json

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 20
JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
FORM: Final = "application/x-www-form-urlencoded"
MAX_FORM_FIELDS: Final = 20
REPLACEMENT_CHARACTER: Final = "\ufffd"  # API Gateway puts it in the place of octets that are not UTF-8


def check_body(event: Mapping[str, Any], media_types: Set[str] = frozenset({JSON})) -> None:
    """Refuse a body that is not one JSON object in UTF-8, as strict as `strict_json`.

    Parameters
    ----------
    event : mapping
        API Gateway's proxy event.
    media_types : set of str
        What it may be declared as.

    Raises
    ------
    PayloadTooLarge, UnsupportedMediaType, UnsupportedContentCoding, MalformedRequest
    """
    octets = octets_of(event, media_types, MAX_BYTES)
    if octets and not isinstance(strict_json.loads(octets, max_depth=MAX_DEPTH), dict):
        raise MalformedRequest("The body is not a JSON object.")


def check_merge_patch(event: Mapping[str, Any]) -> None:
    """Refuse what `check_body` refuses, but with PATCH take a JSON merge patch by its name (RFC 7396)."""
    check_body(event, {JSON, MERGE_PATCH} if event["httpMethod"] == "PATCH" else {JSON})


def check_form(event: Mapping[str, Any]) -> None:
    """Refuse a body that is no form in UTF-8, is not declared as one, or names a field twice.

    A service of OAuth does so, too (RFC 6749 section 3.2).

    Raises
    ------
    PayloadTooLarge, UnsupportedMediaType, UnsupportedContentCoding, MalformedRequest
    """
    octets = octets_of(event, {FORM}, MAX_BYTES)
    if not octets:
        return
    if value_of(event, "content-type") is None:
        raise UnsupportedMediaType.of({FORM}, is_patch=False)
    try:
        fields = parse_qsl(
            octets.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FORM_FIELDS,
        )
    except ValueError:
        raise MalformedRequest("The body is not a form of a few fields in UTF-8.") from None
    if len(dict(fields)) < len(fields):
        raise MalformedRequest("The body has a field twice.")


def octets_of(event: Mapping[str, Any], media_types: Set[str], max_bytes: int) -> bytes:
    """Return a request's body, which is text in UTF-8 of one of these media types.

    Parameters
    ----------
    event : mapping
        API Gateway's proxy event.
    media_types : set of str
        In lower case; a body without a Content-Type field passes.
    max_bytes : int
        How long the body may be.

    Returns
    -------
    bytes
        Empty if there is no body.

    Raises
    ------
    PayloadTooLarge, UnsupportedMediaType, UnsupportedContentCoding, MalformedRequest
    """
    body = event.get("body") or ""
    if len(body) > max_bytes * 4 / 3 + 4:  # base64 makes at most that of them
        raise _too_large(max_bytes)
    if body:
        _check_content_coding(event)
        _check_media_type(event, media_types)
    octets = _octets(body, is_base64=bool(event.get("isBase64Encoded")))
    if len(octets) > max_bytes:
        raise _too_large(max_bytes)
    return octets


def _too_large(max_bytes: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The body must not be longer than {max_bytes} bytes.")


def _check_content_coding(event: Mapping[str, Any]) -> None:
    codings = (value_of(event, "content-encoding") or "").split(",")
    if {coding.strip().lower() for coding in codings} - {"", "identity"}:
        raise UnsupportedContentCoding


def _check_media_type(event: Mapping[str, Any], media_types: Set[str]) -> None:
    fields = event.get("headers") or {}
    declared = [value for name, value in fields.items() if name.lower() == "content-type"]
    if any(value.partition(";")[0].strip() not in media_types for value in declared):
        raise UnsupportedMediaType.of(media_types, is_patch=event.get("httpMethod") == "PATCH")


def _octets(body: str, *, is_base64: bool) -> bytes:
    if REPLACEMENT_CHARACTER in body:
        raise MalformedRequest(
            "The body is not text in UTF-8, or holds U+FFFD; write \\ufffd if it is meant."
        )
    try:
        return base64.b64decode(body, validate=True) if is_base64 else body.encode()
    except ValueError:  # lone surrogates, or not base64
        raise MalformedRequest("The body is not text in UTF-8.") from None
