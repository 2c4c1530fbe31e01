"""Documents in requests, as MongoDB Extended JSON: dependencies for routes."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from aws_lambda_powertools.event_handler.request import Request

from tenantry.errors import InvalidFields, MalformedRequest, PayloadTooLarge, TenantryError
from tenantry.http.bodies import JSON, MERGE_PATCH, octets_of
from tenantry.http.documents.rules import JSON_MAX_DEPTH, parse_document_id
from tenantry.identity.authentication import Caller
from tenantry.language import extended_json, strict_json
from tenantry.tenants.repetitions import Key

MAX_BYTES: Final = 4 * 1024 * 1024  # Lambda takes 6 MB, in which the body stands as a JSON string
MAX_DOCUMENTS: Final = 1000
MAX_VALUES: Final = 500_000  # in a body; each takes microseconds, whatever becomes of it

CANONICAL: Final = "application/ejson"
LINES: Final = "application/x-ndjson"
_DOCUMENT: Final = {JSON, CANONICAL}
_MANY: Final = _DOCUMENT | {LINES}
_PATCH: Final = _DOCUMENT | {MERGE_PATCH}


def check_documents(event: Mapping[str, Any]) -> None:
    """Refuse a body that is no text of any type that documents, or patches of them, are sent as.

    Raises
    ------
    PayloadTooLarge, UnsupportedMediaType, MalformedRequest
    """
    octets_of(event, _PATCH if event["httpMethod"] == "PATCH" else _MANY, MAX_BYTES)


def document_of(request: Request) -> Any:
    """Return the one document, or what is in its place, that the request's body holds."""
    return _decoded(octets_of(request.resolved_event.raw_event, _DOCUMENT, MAX_BYTES))


def merge_patch_of(request: Request) -> Any:
    """Return the merge patch that the request's body holds (RFC 7396)."""
    return _decoded(octets_of(request.resolved_event.raw_event, _PATCH, MAX_BYTES))


def documents_of(request: Request) -> Any:
    """Return the one document, or the list of documents, that the request's body holds.

    A JSON array, or lines of JSON (https://github.com/ndjson/ndjson-spec), are a list. What is wrong with one
    document of a list stands in its place, as an error.
    """
    octets = octets_of(request.resolved_event.raw_event, _MANY, MAX_BYTES)
    if request.headers.get("content-type", "").startswith(LINES):
        return _decoded_items(_parsed_lines(octets))
    parsed = _parsed(octets, check=_check_length)
    return _decoded_items(parsed) if isinstance(parsed, list) else extended_json.decode(parsed)


def key_of(request: Request, caller: Caller, idempotency_key: str | None) -> Key | None:
    """Return the caller's idempotency key, which is for this request: its parameters and octets."""
    if idempotency_key is None:
        return None
    event = request.resolved_event
    described = [event.resolved_query_string_parameters, request.headers.get("content-type", "")]
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    digest.update(octets_of(event.raw_event, _MANY, MAX_BYTES))
    return Key.of(caller.organization_id, caller.caller_id, idempotency_key, digest.hexdigest())


def document_id_of(request: Request) -> Any:
    """Return the id that ends the request's path.

    Raises
    ------
    MalformedRequest, InvalidFields
        The text there is no id.
    """
    try:
        return parse_document_id(unquote(request.path_parameters["document"], errors="strict"))
    except UnicodeDecodeError:
        raise MalformedRequest("The id in the path is not text in UTF-8.") from None


def _decoded(octets: bytes) -> Any:
    return extended_json.decode(_parsed(octets))


def _parsed(octets: bytes, check: Callable[[Any], None] = lambda _: None) -> Any:
    _check_values(octets)
    # The documents may stand in an array.
    return strict_json.loads(octets, max_depth=JSON_MAX_DEPTH + 1, check=check)


def _check_values(octets: bytes) -> None:
    if strict_json.count_values(octets) > MAX_VALUES:
        raise PayloadTooLarge(f"The body must not hold more than {MAX_VALUES} values.")


def _parsed_lines(octets: bytes) -> list[Any]:
    _check_values(octets)
    lines = [(number, line) for number, line in enumerate(octets.split(b"\n"), 1) if line.strip()]
    _check_length(lines)
    parsed = []
    for number, line in lines:
        try:
            parsed.append(strict_json.loads(line, max_depth=JSON_MAX_DEPTH))
        except MalformedRequest as error:
            raise MalformedRequest(f"Line {number}: {error.detail}") from None
    return parsed


def _decoded_items(items: list[Any]) -> list[Any]:
    return list(_each_decoded(items))


def _check_length(documents: Any) -> None:
    if isinstance(documents, list) and not 1 <= len(documents) <= MAX_DOCUMENTS:
        raise InvalidFields.of("body", f"must be 1 to {MAX_DOCUMENTS} documents")


def _each_decoded(items: Iterable[Any]) -> Iterable[Any]:
    for item in items:
        try:
            yield extended_json.decode(item)
        except TenantryError as error:
            yield error
