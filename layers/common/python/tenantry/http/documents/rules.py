"""What a tenant's document and its id may be, how a patch changes it, and how its id stands in a URL."""

import base64
import re
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import bson
from bson import Code, DBRef, Decimal128, Int64, ObjectId, Regex, Timestamp

from tenantry.errors import InvalidFields, PayloadTooLarge
from tenantry.language import extended_json, strict_json
from tenantry.language.field_paths import joined
from tenantry.runtime.mongodb import Document

MAX_BYTES: Final = 512 * 1024
"""Of a document in BSON; its Extended JSON in an answer, up to 12 times as long, fits into Lambda's 6 MB."""

MAX_DEPTH: Final = 100  # of documents and arrays in each other; the server's own limit is about 180
MAX_INDEXED_BYTES: Final = 16 * 1024 * 1024
"""Of what an index on an array and on something beside it could make of one document.

It holds the other value once for each item; the server makes all of it in memory, and in one transaction.
"""

JSON_MAX_DEPTH: Final = MAX_DEPTH + 2  # of its Extended JSON, for {"$binary": {...}} stands for one value
MAX_ID_BYTES: Final = 1024  # as it stands in a URL; API Gateway takes 10 KB

_EMPTY_TIMESTAMP: Final = Timestamp(0, 0)
# Types of most values; nothing is in any of them. Code and DBRef are others, for a document is in them.
_WITHOUT_MEMBERS: Final = frozenset((
    str, int, Int64, float, bool, type(None), datetime, ObjectId, UUID, bytes, Decimal128,
))  # fmt: skip
_NAMES_OF_TYPES: Final[dict[type, tuple[str, ...]]] = {DBRef: ("$ref", "$id", "$db"), Code: ("$scope",)}
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
        It is not a document, is nested too deeply, has a name with a NUL character, or its id is not allowed;
        the field is its path. All other names are, as in MongoDB since 5.0:
        https://www.mongodb.com/docs/manual/core/dot-dollar-considerations/
    PayloadTooLarge
        It takes more than `MAX_BYTES`.
    """
    if not isinstance(document, dict) or ("$id" in document and isinstance(document.get("$ref"), str)):
        # The driver reads such a document as a reference, and not as the document that it is.
        raise InvalidFields.of("document", "must be an object, and not a reference of $ref and $id")
    _check_values(document, "", MAX_DEPTH)
    for name, value in without_id(document).items():  # an _id is kept as it is
        if isinstance(value, Timestamp) and value == _EMPTY_TIMESTAMP:
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
    if isinstance(value, DBRef):
        value = value.as_doc()
    if not isinstance(value, dict | list):
        return 0
    length, members = (len(value), value) if isinstance(value, list) else (0, value.values())
    return length + sum(_items(member) for member in members if type(member) not in _WITHOUT_MEMBERS)


def _check_arrays(document: Document) -> None:
    """Refuse arrays with too many items for what is beside them, apart from arrays at the top.

    No index holds two arrays: https://www.mongodb.com/docs/manual/core/indexes/index-types/index-multikey/
    """
    without_arrays = {name: value for name, value in document.items() if not isinstance(value, list)}
    for name, value in document.items():
        _check_array(value, name, _size({**without_arrays, name: value}))


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
        Decoded values. Documents and references merge, null removes a field; everything else, a typed value
        as well, replaces what is there. Neither is changed.
    """
    if not isinstance(patch, dict | DBRef):
        return patch
    merged = dict(_members(target)) if isinstance(target, dict | DBRef) else {}
    for name, value in dict(_members(patch)).items():
        if value is None:
            merged.pop(name, None)
        else:
            changed = merge_patch(merged.get(name), value)
            merged[name] = extended_json.reference(changed) if isinstance(changed, dict) else changed
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
    _check_values(value, "id", MAX_DEPTH)
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


def _members(value: Any) -> dict[str, Any] | list[Any]:
    """Return what is in a document, an array or a value that holds one."""
    if isinstance(value, DBRef):
        return dict(value.as_doc())
    if isinstance(value, Code):
        return {"$scope": value.scope}
    return value if isinstance(value, dict | list) else []


def _check_values(value: Any, path: str, levels: int) -> None:
    if type(value) in _WITHOUT_MEMBERS:
        return
    if levels == 0 and isinstance(value, dict | list | DBRef):
        raise InvalidFields.of(path, f"must not be nested in more than {MAX_DEPTH} objects and arrays")
    members = _members(value)
    for key, member in members.items() if isinstance(members, dict) else enumerate(members):
        if isinstance(key, str) and "\0" in key:
            raise InvalidFields.of(joined(path, key), "must have a name without NUL")
        if type(member) not in _WITHOUT_MEMBERS:
            _check_values(member, joined(path, key), levels - 1)


def _check_names_of_id(value: Any, path: str) -> None:
    """Refuse names that not all versions of MongoDB take in an id."""
    members = _members(value)
    for key, member in members.items() if isinstance(members, dict) else enumerate(members):
        if isinstance(key, str) and key not in _NAMES_OF_TYPES.get(type(value), ()):
            _check_name_of_id(key, joined(path, key))
        _check_names_of_id(member, joined(path, key))


def _check_name_of_id(name: str, path: str) -> None:
    if not name or name.startswith("$") or "." in name:
        raise InvalidFields.of(
            path, "must have a name that is not empty, starts without $, and holds no dot, within an id"
        )


def _check_id(value: Any, field: str) -> None:
    _check_names_of_id(value, field)
    if value is None or isinstance(value, list | bool | Regex):
        raise InvalidFields.of(field, "must not be null, true, false, an array or a regular expression")
    try:
        length = len(format_document_id(value).encode())
    except UnicodeEncodeError:
        raise InvalidFields.of(field, "must be text in UTF-8") from None
    if length > MAX_ID_BYTES:
        raise InvalidFields.of(field, f"must not take more than {MAX_ID_BYTES} bytes in a URL")
