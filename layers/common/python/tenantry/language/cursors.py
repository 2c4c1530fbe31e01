"""Where a page ended, as text of bounded length that a client brings back to get the next page.

A cursor says which filter and order it is of, and holds the sort key of the last document of its page. Where
that is too long, it holds the document's id and a digest of the sort key instead; the key is read again, and
is exact as long as the digest agrees.

Nothing in a cursor is secret, and nothing is signed. Whoever makes one up names a position among documents
that they may read anyway: what comes from a cursor is only ever sent to the server as a `$literal`.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import Any, Final

import bson
from bson import Code, DBRef
from bson.errors import BSONError

from tenantry.errors import CursorOutdated, InvalidFields
from tenantry.language import pages
from tenantry.language.extended_json import CODEC_OPTIONS
from tenantry.language.pages import SortKey
from tenantry.language.sorting import Sort

MAX_CHARACTERS: Final = 2048  # API Gateway takes a URL of 8 KB, which the filter needs as well
MAX_SORT_KEY_BYTES: Final = 2 * 1024 * 1024  # a page's pipeline holds it several times, and may have 16 MB
MAX_DEPTH: Final = 150  # of values in a cursor; the server refuses commands of more than 200
DIGEST_BYTES: Final = 16
_DIGEST_BYTES_OF_SEARCH: Final = 8

_POSITION: Final = {"of", "after"}
_PLACE: Final = {"of", "behind", "is"}

Find = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
"""Runs a pipeline on the documents that are paged through."""


def cursor_of(query: dict[str, Any], sort: Sort, sort_key: SortKey) -> str:
    """Return the cursor of the page behind a document.

    Parameters
    ----------
    query, sort
        What the page was found by; the next one must have the same, its fields and limit may differ.
    sort_key : list
        From the result of `pages.pipeline` that ends the page.

    Raises
    ------
    InvalidFields
        Not even the document's id fits into a cursor, or the key is too long to go on behind it; the field is
        ``sort``.
    """
    of = _digest_of_search(query, sort)
    position = _text({"of": of, "after": sort_key})
    if len(position) <= MAX_CHARACTERS and not _is_deeper(sort_key, MAX_DEPTH):
        return position
    document_id = sort_key[-1][0]
    place = _text({"of": of, "behind": [document_id], "is": _digest(sort_key)})
    is_possible = len(place) <= MAX_CHARACTERS and not _is_deeper(document_id, MAX_DEPTH)
    if not is_possible or len(_encoded(sort_key)) > MAX_SORT_KEY_BYTES:
        raise InvalidFields.of("sort", "must be fields whose values are short enough to continue behind them")
    return place


def sort_key_of(cursor: str, query: dict[str, Any], sort: Sort, find: Find) -> SortKey:
    """Return the sort key behind which the next page begins.

    Parameters
    ----------
    cursor : str
        From `cursor_of`, or from anybody.
    query, sort
        What the next page is found by.
    find : callable
        Runs a pipeline on the documents; called where the cursor holds no more than a digest of the key.

    Raises
    ------
    InvalidFields
        The cursor is malformed, or of another filter or order; the field is ``cursor``.
    CursorOutdated
        The document at which the page ended is gone, or its sort key is another one now.
    """
    members = _decoded(cursor) if len(cursor) <= MAX_CHARACTERS else {}
    if not _is_position(members, len(sort)) and not _is_place(members):
        raise InvalidFields.of("cursor", "must be a cursor of an earlier page")
    if members["of"] != _digest_of_search(query, sort):
        raise InvalidFields.of("cursor", "must come from a page of the same filter and sort")
    if "after" in members:
        after: SortKey = members["after"]
        return after
    for document in find(pages.sort_key_pipeline(members["behind"][0], sort)):
        if _digest(document["sort_key"]) == members["is"]:
            sort_key: SortKey = document["sort_key"]
            return sort_key
    raise CursorOutdated


def _text(members: dict[str, Any]) -> str:
    octets = bson.encode(members, codec_options=CODEC_OPTIONS)
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def _decoded(cursor: str) -> dict[str, Any]:
    try:
        octets = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return bson.decode(octets, CODEC_OPTIONS)
    except (ValueError, BSONError):
        return {}


def _encoded(sort_key: SortKey) -> bytes:
    return bson.encode({"after": sort_key}, codec_options=CODEC_OPTIONS)


def _digest(sort_key: SortKey) -> bytes:
    return hashlib.sha256(_encoded(sort_key)).digest()[:DIGEST_BYTES]


def _digest_of_search(query: dict[str, Any], sort: Sort) -> bytes:
    octets = bson.encode({"filter": query, "sort": sort}, codec_options=CODEC_OPTIONS)
    return hashlib.sha256(octets).digest()[:_DIGEST_BYTES_OF_SEARCH]


def _is_position(members: dict[str, Any], length: int) -> bool:
    after = members.get("after")
    return (
        set(members) == _POSITION
        and isinstance(after, list)
        and len(after) == length
        and all(isinstance(component, list) and component for component in after)
        and not _is_deeper(after, MAX_DEPTH)
    )


def _is_place(members: dict[str, Any]) -> bool:
    behind = members.get("behind")
    return (
        set(members) == _PLACE
        and isinstance(behind, list)
        and len(behind) == 1
        and not _is_deeper(behind, MAX_DEPTH)
        and not pages.names_text_search(behind)  # as no id does
    )


def _is_deeper(value: Any, levels: int) -> bool:
    if isinstance(value, DBRef):
        value = value.as_doc()
    if isinstance(value, Code):
        value = value.scope
    if not isinstance(value, dict | list):
        return False
    children = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(child, levels - 1) for child in children)
