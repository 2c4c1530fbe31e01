"""Bodies of requests about documents, for the OpenAPI document; any object may be a document."""

from collections.abc import Mapping
from typing import Any, Final

from tenantry.http.bodies import JSON, MERGE_PATCH
from tenantry.http.documents.requests import CANONICAL, LINES

NOTE: Final[dict[str, Any]] = {"text": "hello", "tags": ["first"], "at": {"$date": "2026-01-31T12:00:00Z"}}
_ONE: Final = {"a document": NOTE}
_ARRAY: Final = {"several": [{"text": "one"}, {"text": "two"}]}
_LINES: Final = {"several": '{"text":"one"}\n{"text":"two"}\n'}
_PATCH: Final = {"a field changed, another removed": {"text": "hello again", "at": None}}

Examples = Mapping[str, Mapping[str, Any]]
"""Media types of a body, each with named examples of every shape that it may have."""

DOCUMENT: Final[Examples] = {JSON: _ONE, CANONICAL: _ONE}
DOCUMENTS: Final[Examples] = {JSON: {**_ONE, **_ARRAY}, CANONICAL: {**_ONE, **_ARRAY}, LINES: _LINES}
PATCH: Final[Examples] = {MERGE_PATCH: _PATCH, JSON: _PATCH, CANONICAL: _PATCH}


def request_body(examples: Examples) -> dict[str, Any]:
    """Describe a request's body.

    Parameters
    ----------
    examples : mapping of str to mapping of str
        Media types, each with named examples of every shape that the body may have.
    """
    content = {
        media_type: {
            "schema": {"anyOf": [_shape(example) for example in named.values()]},
            "examples": {name: {"value": example} for name, example in named.items()},
        }
        for media_type, named in examples.items()
    }
    return {"requestBody": {"required": True, "content": content}}


def _shape(example: Any) -> dict[str, Any]:
    if isinstance(example, list):
        return {"type": "array", "items": {"type": "object"}}
    return {"type": "string" if isinstance(example, str) else "object"}
