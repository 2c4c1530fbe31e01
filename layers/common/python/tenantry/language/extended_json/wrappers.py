"""The type wrappers of Extended JSON, such as `$oid`, and how each becomes a BSON value.

A conversion raises TypeError or ValueError with a message that completes "This field ...".
"""

import base64
import math
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Never

from bson import (
    Binary,
    Code,
    DatetimeMS,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)
from bson.binary import UUID_SUBTYPE, UuidRepresentation
from bson.codec_options import CodecOptions, DatetimeConversion

CODEC_OPTIONS: Final[CodecOptions[dict[str, Any]]] = CodecOptions(
    tz_aware=True,
    tzinfo=UTC,
    uuid_representation=UuidRepresentation.STANDARD,
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
)
"""How to read BSON so that it equals what `decode` makes.

A date that `datetime` cannot hold is a DatetimeMS; UUIDs are of the standard representation, subtype 4.
"""

UUID_BYTES: Final = 16

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ANY: Final = re.compile(r".*", re.DOTALL)
_BASE64: Final = re.compile(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_DECIMAL: Final = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?Infinity|NaN", re.ASCII)
_DOUBLE: Final = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?|-?Infinity|NaN", re.ASCII)
_INTEGER: Final = re.compile(r"-?\d{1,19}", re.ASCII)
_OBJECT_ID: Final = re.compile(r"[0-9a-fA-F]{24}")
_REGEX_OPTIONS: Final = re.compile(r"[ilmsux]*")
_SUBTYPE: Final = re.compile(r"[0-9a-fA-F]{1,2}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WITHOUT_NUL: Final = re.compile(r"[^\0]*")


def _wrapper(name: str, convert: Callable[[Any], Any]) -> dict[str, Callable[[dict[str, Any]], Any]]:
    """Return the entry of a type whose wrapper has one member."""
    return {name: lambda members: convert(*_members(members, name))}


def _members(value: Any, *names: str) -> list[Any]:
    if not isinstance(value, dict) or set(value) != set(names):
        raise ValueError(f"must be an object of {' and '.join(names)} and nothing else")
    return [value[name] for name in names]


def _text(value: Any, pattern: re.Pattern[str], meaning: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"must be {meaning}")
    return value


def check_number[Number: (int, float)](value: Number) -> Number:
    """Return the number if BSON has a type that holds it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("must be an integer of 64 bits")
    if isinstance(value, float) and math.isinf(value):
        raise ValueError("must be a number that fits into a double")
    return value


def _int32(value: Any) -> int:
    number = int(_text(value, _INTEGER, "an integer as a string"))
    if not -(2**31) <= number < 2**31:
        raise ValueError("must be an integer of 32 bits")
    return number


def _int64(value: Any) -> Int64:
    return Int64(check_number(int(_text(value, _INTEGER, "an integer as a string"))))


def _double(value: Any) -> float:
    text = _text(value, _DOUBLE, "a number, Infinity, -Infinity or NaN as a string")
    return float(text) if text.endswith(("y", "N")) else check_number(float(text))


def _decimal(value: Any) -> Decimal128:
    try:
        return Decimal128(_text(value, _DECIMAL, "a decimal number as a string"))
    except ArithmeticError:
        raise ValueError("must be a decimal number of at most 34 digits as a string") from None


def _date(value: Any) -> datetime | DatetimeMS:
    if isinstance(value, bool) or not isinstance(value, int):
        value = _milliseconds(value)
    return DatetimeMS(int(value)).as_datetime(CODEC_OPTIONS)


def _milliseconds(value: Any) -> int:
    meaning = "an ISO 8601 date and time with an offset, or a $numberLong of milliseconds"
    text = _text(value, _DATE, meaning)
    try:
        return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)
    except ValueError:  # such as the 30th of February
        raise ValueError(f"must be {meaning}") from None


def _binary(value: Any) -> bytes | Binary | uuid.UUID:
    encoded, subtype = _members(value, "base64", "subType")
    data = base64.b64decode(_text(encoded, _BASE64, "of base64"))
    number = int(_text(subtype, _SUBTYPE, "of a subType of one or two hexadecimal digits"), 16)
    if number != UUID_SUBTYPE:
        return Binary(data, number) if number else data
    if len(data) != UUID_BYTES:  # the driver could not read it back
        raise ValueError("must have 16 bytes, being a UUID")
    return uuid.UUID(bytes=data)


def _regex(value: Any) -> Regex[str]:
    pattern, options = _members(value, "pattern", "options")
    text = _text(pattern, _WITHOUT_NUL, "of a pattern without NUL characters")
    return Regex(text, _text(options, _REGEX_OPTIONS, "of options among i, l, m, s, u and x"))


def _timestamp(value: Any) -> Timestamp:
    members = _members(value, "t", "i")
    if any(type(member) is not int or not 0 <= member < 2**32 for member in members):
        raise ValueError("must have t and i that are unsigned integers of 32 bits")
    return Timestamp(*members)


def _code(members: dict[str, Any]) -> Code:
    code, scope = _members({"$scope": None} | members, "$code", "$scope")
    if not isinstance(scope, dict | None):
        raise TypeError("must have a $scope that is an object")
    return Code(_text(code, _ANY, "a string"), scope)


def reference(members: dict[str, Any]) -> DBRef | dict[str, Any]:
    """Return the reference that an object is, or the object if it is none.

    A reference is an object with these names, which pymongo reads as a DBRef. Others, such as those of a
    JSON Schema, may have some of the names as well.

    Raises
    ------
    ValueError
        It would lose a `$db` that is null.
    """
    collection, database = members.get("$ref"), members.get("$db", "")
    if not isinstance(collection, str) or "$id" not in members or not isinstance(database, str | None):
        return members
    if database is None:
        raise ValueError("must have a $db that is a string, or none")
    fields = {name: value for name, value in members.items() if name not in {"$ref", "$id", "$db"}}
    return DBRef(collection, members["$id"], members.get("$db"), fields)


def _exactly_one(value: Any, type_of_one: type[MinKey | MaxKey]) -> MinKey | MaxKey:
    if type(value) is not int or value != 1:
        raise ValueError("must be 1")
    return type_of_one()


def _deprecated(_: Any) -> Never:
    raise ValueError("is a deprecated type that is not supported")


WRAPPERS: Final[dict[str, Callable[[dict[str, Any]], Any]]] = {
    "$code": _code,
    "$ref": reference,
    **_wrapper("$oid", lambda value: ObjectId(_text(value, _OBJECT_ID, "24 hexadecimal digits"))),
    **_wrapper("$uuid", lambda value: uuid.UUID(_text(value, _UUID, "a UUID with hyphens"))),
    **_wrapper("$date", _date),
    **_wrapper("$numberInt", _int32),
    **_wrapper("$numberLong", _int64),
    **_wrapper("$numberDouble", _double),
    **_wrapper("$numberDecimal", _decimal),
    **_wrapper("$binary", _binary),
    **_wrapper("$regularExpression", _regex),
    **_wrapper("$timestamp", _timestamp),
    **_wrapper("$minKey", lambda value: _exactly_one(value, MinKey)),
    **_wrapper("$maxKey", lambda value: _exactly_one(value, MaxKey)),
    **_wrapper("$symbol", _deprecated),
    **_wrapper("$undefined", _deprecated),
    **_wrapper("$dbPointer", _deprecated),
}
