"""How large the keys of one document can become in an index, or in an order.

If one of several fields leads into an array, the key of all of them is repeated for every item of the array.
So a document of n bytes can have keys of n * n bytes, which the server makes before it stores or sorts
anything: https://www.mongodb.com/docs/manual/core/indexes/index-types/index-multikey/
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import bson
from bson import DBRef
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

MAX_BYTES: Final = 64 * 1024 * 1024
"""Of the keys of one document, whatever the fields are."""

_HARMLESS_BYTES: Final = 40 * 1024  # n bytes have keys of at most n * n / 28 bytes, for an item takes 7
_BYTES_OF_A_NUMBER: Final = 8
_OPTIONS: Final = CodecOptions[dict[str, Any]](uuid_representation=UuidRepresentation.STANDARD)


class _Keys(NamedTuple):
    """What a value adds to keys.

    Its own bytes (`size`), those that stand in a key beside the item of another array (`beside`), how many
    keys it makes, and their bytes in `total`. No key holds items of two arrays, so `beside` of an array is 0.
    """

    size: int
    beside: int
    number: int = 1
    total: int = 0


def are_too_large(document: Mapping[str, Any]) -> bool:
    """Tell whether a document may have keys of more than `MAX_BYTES`."""
    return _encoded_length(document) > _HARMLESS_BYTES and _keys(document).total > MAX_BYTES


def _keys(value: Any) -> _Keys:
    if isinstance(value, DBRef):
        value = value.as_doc()
    if isinstance(value, Mapping):
        return _keys_of_fields([_keys(member) for member in value.values()])
    if isinstance(value, list | tuple):
        return _keys_of_items([_keys(item) for item in value])
    return _Keys(_length(value), _length(value))


def _keys_of_items(items: list[_Keys]) -> _Keys:
    return _Keys(
        sum(item.size for item in items),
        0,
        max(sum(item.number for item in items), 1),
        sum(item.total for item in items),
    )


def _keys_of_fields(fields: list[_Keys]) -> _Keys:
    size = sum(field.size for field in fields)
    beside = sum(field.beside for field in fields)
    return _Keys(
        size,
        size,
        max((field.number for field in fields), default=1),
        max((field.number * (beside - field.beside) + field.total for field in fields), default=0),
    )


def _length(value: Any) -> int:
    if type(value) is str:
        return len(value.encode())
    if isinstance(value, int | float | None):
        return _BYTES_OF_A_NUMBER
    return _encoded_length({"": value})


def _encoded_length(document: Mapping[str, Any]) -> int:
    return len(bson.encode(document, codec_options=_OPTIONS))
