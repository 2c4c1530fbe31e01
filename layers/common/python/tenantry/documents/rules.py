"""What a tenant's document and its id may be, how a patch changes it, and how its id stands in a URL."""

import base64
import re
from typing import Any, Final

import bson
from bson import Code, DBRef, ObjectId, Regex, Timestamp

from tenantry import extended_json, strict_json
from tenantry.database import Document
from tenantry.errors import InvalidFields, PayloadTooLarge
from tenantry.field_paths import joined

MAX_BYTES: Final = 512 * 1024
"""Of a document in BSON; its Extended JSON in an answer, up to 12 times as long, fits into Lambda's 6 MB."""

MAX_DEPTH: Final = 100  # of documents and arrays in each other; the server's own limit is about 180
MAX_INDEXED_BYTES: Final = 16 * 1024 * 1024
"""Of what an index on an array and on something beside it could make of one document.

It holds the other value once for each item; the server makes all of it in memory, and in one transaction.
"""

JSON_MAX_DEPTH: Final = MAX_DEPTH + 2  # of its Extended JSON, for {"$binary": {...}} stands for one value
MAX_ID_BYTES: Final = 1024  # as it stands in a URL; API Gateway takes 10 KB

_OBJECT_ID: Final = re.compile(r"[0-9a-fA-F]{24}")
# Unreserved characters (RFC 3986 section 2.3), but no ObjectId, nor . and .., which clients resolve.
_PLAIN: Final = re.compile(rf"(?!\.{{1,2}}\Z|{_OBJECT_ID.pattern}\Z)[A-Za-z0-9._-]+")


def check_document(document: Any) -> None:
    """Refuse what cannot be stored and read back as it is, whatever the client does with it.

    Parameters
    ----------
    document
        A decoded document, with or without `_id`.

    Raises
    ------
    InvalidFields
        It is not a document, is nested too deeply, or a field's name or the id is not allowed
        (https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions); the field is its path.
    PayloadTooLarge
        It takes more than `MAX_BYTES`.
    """
    if not isinstance(document, dict):
        raise InvalidFields.of("document", "must be an object")
    _check_names(document, "", MAX_DEPTH)
    for name, value in without_id(document).items():  # an _id is kept as it is
        if value == Timestamp(0, 0):
            raise InvalidFields.of(
                name, "must not be the empty timestamp, which MongoDB replaces by its clock"
            )
    if "_id" in document:
        _check_id(document["_id"], "_id")
    size = _size(document)
    if size > MAX_BYTES:
        raise PayloadTooLarge(f"A document must not be longer than {MAX_BYTES} bytes in BSON.")
    if _items(document) * size > MAX_INDEXED_BYTES:
        _check_arrays(document)


def _size(document: Document) -> int:
    return len(bson.encode(document, codec_options=extended_json.CODEC_OPTIONS))


def _items(value: Any) -> int:
    """Return how many items all arrays in a value have together."""
    match value:
        case dict():
            return sum(map(_items, value.values()))
        case list():
            return len(value) + sum(map(_items, value))
        case DBRef():
            return _items(value.as_doc())
    return 0


def _check_arrays(document: Document) -> None:
    """Refuse arrays with too many items for what is beside them, apart from arrays at the top.

    No index holds two arrays: https://www.mongodb.com/docs/manual/core/indexes/index-types/index-multikey/
    """
    others = {name: value for name, value in document.items() if not isinstance(value, list)}
    for name, value in document.items():
        _check_array(value, name, _size({**others, name: value}))


def _check_array(value: Any, path: str, size: int) -> None:
    if isinstance(value, DBRef):
        value = value.as_doc()
    if not isinstance(value, dict | list):
        return
    if isinstance(value, list) and _items(value) * (size - _size({"": value})) > MAX_INDEXED_BYTES:
        raise InvalidFields.of(
            path, "must have fewer items, or less beside it; put it into a document of its own"
        )
    for key, member in value.items() if isinstance(value, dict) else enumerate(value):
        _check_array(member, joined(path, key), size)


def without_id(document: Document) -> Document:
    """Return all fields of a document but its id."""
    return {name: value for name, value in document.items() if name != "_id"}


def merge_patch(target: Any, patch: Any) -> Any:
    """Return the target as a JSON merge patch changes it (RFC 7396 section 2).

    Parameters
    ----------
    target, patch
        Decoded values. Documents merge, null removes a field; everything else, a typed value as well,
        replaces what is there. Neither is changed.
    """
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def parse_document_id(text: str) -> Any:
    """Return the id that a segment of a URL's path stands for.

    Parameters
    ----------
    text : str
        The segment, percent-decoded. 24 hexadecimal digits are an ObjectId, text that starts with a brace
        or a quotation mark is Extended JSON, text that starts with a tilde is that in base64url, and
        everything else is the id itself, a string.

    Raises
    ------
    MalformedRequest
        The Extended JSON is not JSON.
    InvalidFields
        It is not an id that a document may have; the field is ``id``. So an id is never an operator.
    """
    value: Any = text
    if _OBJECT_ID.fullmatch(text):
        value = ObjectId(text)
    elif text.startswith(("{", '"', "~")):
        json = _from_base64url(text[1:]) if text.startswith("~") else text
        value = extended_json.decode(strict_json.loads(json, max_depth=JSON_MAX_DEPTH), "id")
    _check_names(value, "id", MAX_DEPTH)
    _check_id(value, "id")
    return value


def format_document_id(value: Any) -> str:
    """Return text that `parse_document_id` makes this id of, and that a URL needs no percent-encoding for.

    Gateways differ in how often they decode a path, which makes no difference to such text.
    """
    if isinstance(value, ObjectId):
        return str(value)
    if type(value) is str and _PLAIN.fullmatch(value):
        return value
    text = extended_json.encode(value, canonical=True)
    return "~" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _from_base64url(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise InvalidFields.of("id", "must be Extended JSON in base64url after the tilde") from None


def _check_names(value: Any, path: str, levels: int) -> None:
    if isinstance(value, DBRef):
        _check_names(value.id, joined(path, "$id"), levels - 1)
    elif isinstance(value, Code):
        _check_names(value.scope, joined(path, "$scope"), levels - 1)
    elif isinstance(value, dict | list):
        if levels == 0:
            raise InvalidFields.of(path, f"must not be nested in more than {MAX_DEPTH} objects and arrays")
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(key, str):
                _check_name(key, joined(path, key))
            _check_names(member, joined(path, key), levels - 1)


def _check_name(name: str, path: str) -> None:
    if not name or name.startswith("$") or "." in name or "\0" in name:
        raise InvalidFields.of(
            path, "must have a name that is not empty, starts without $, and holds no dot or NUL"
        )


def _check_id(value: Any, field: str) -> None:
    if value is None or isinstance(value, list | bool | Regex):
        raise InvalidFields.of(field, "must not be null, true, false, an array or a regular expression")
    try:
        length = len(format_document_id(value).encode())
    except UnicodeEncodeError:
        raise InvalidFields.of(field, "must be text in UTF-8") from None
    if length > MAX_ID_BYTES:
        raise InvalidFields.of(field, f"must not take more than {MAX_ID_BYTES} bytes in a URL")
