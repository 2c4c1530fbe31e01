import json
import math
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
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
from hypothesis import given
from hypothesis import strategies as st

from tenantry.errors import InvalidFields
from tenantry.language import strict_json
from tenantry.language.extended_json import decode, encode
from tests.support.bson_values import VALUES, exactly, stored

WRAPPERS = [
    "$oid", "$date", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal", "$binary", "$uuid",
    "$regularExpression", "$timestamp", "$minKey", "$maxKey", "$code", "$scope", "$ref", "$id", "$db",
    "$symbol", "$undefined", "$dbPointer", "base64", "subType", "pattern", "options", "t", "i", "a",
]  # fmt: skip
HOSTILE_TEXTS = st.sampled_from([
    "", "0", "1", "-1", "9" * 40, "1_0", " 1", "\u0661", "NaN", "nan", "Infinity", "1e999", "04", "4", "AA==",
    "A", "0" * 24, "z" * 24, "2024-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "2024-02-30T00:00:00Z",
    "ii", "\0",
])  # fmt: skip
HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from([1, 2**63, 1e999, 1.5]) | HOSTILE_TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WRAPPERS), inner, max_size=3),
    max_leaves=6,
)


def parsed(text: str) -> Any:
    return strict_json.loads(text, max_depth=50)


def refusal(value: Any, path: str = "") -> dict[str, str]:
    with pytest.raises(InvalidFields) as caught:
        decode(value, path)
    (error,) = caught.value.extensions["errors"]
    return dict(error)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"$oid":"65a0b1c2d3e4f5061728394a"}', ObjectId("65a0b1c2d3e4f5061728394a")),
        ('{"$date":"2024-02-29T12:30:45.678Z"}', datetime(2024, 2, 29, 12, 30, 45, 678_000, UTC)),
        ('{"$date":"2024-02-29T12:30:45.678999999+02:00"}', datetime(2024, 2, 29, 10, 30, 45, 678_000, UTC)),
        ('{"$date":"1815-12-10T00:00:00Z"}', datetime(1815, 12, 10, tzinfo=UTC)),
        ('{"$date":"0001-01-01T00:00:00+01:00"}', DatetimeMS(-62_135_600_400_000)),
        ('{"$date":"9999-12-31T23:59:59-01:00"}', DatetimeMS(253_402_304_399_000)),
        ('{"$date":{"$numberLong":"-1"}}', datetime(1969, 12, 31, 23, 59, 59, 999_000, UTC)),
        ('{"$date":{"$numberLong":"9223372036854775807"}}', DatetimeMS(2**63 - 1)),
        ('{"$date":0}', datetime(1970, 1, 1, tzinfo=UTC)),
        ('{"$numberInt":"-2147483648"}', -(2**31)),
        ('{"$numberLong":"5"}', Int64(5)),
        ('{"$numberDouble":"-0.0"}', -0.0),
        ('{"$numberDouble":"-Infinity"}', -math.inf),
        ('{"$numberDouble":"NaN"}', math.nan),
        ('{"$numberDecimal":"1.10"}', Decimal128("1.10")),
        ('{"$binary":{"base64":"AAE=","subType":"00"}}', b"\x00\x01"),
        ('{"$binary":{"base64":"AAE=","subType":"80"}}', Binary(b"\x00\x01", 128)),
        ('{"$binary":{"base64":"AAECAwQFBgcICQoLDA0ODw==","subType":"4"}}', UUID(bytes=bytes(range(16)))),
        ('{"$uuid":"00010203-0405-0607-0809-0A0B0C0D0E0F"}', UUID(bytes=bytes(range(16)))),
        ('{"$regularExpression":{"pattern":"^a","options":"mi"}}', Regex("^a", "im")),
        ('{"$timestamp":{"t":4294967295,"i":1}}', Timestamp(2**32 - 1, 1)),
        ('{"$minKey":1}', MinKey()),
        ('{"$maxKey":1}', MaxKey()),
        ('{"$code":"x","$scope":{"a":{"$numberLong":"1"}}}', Code("x", {"a": Int64(1)})),
        ('{"$ref":"c","$id":{"$oid":"000000000000000000000000"}}', DBRef("c", ObjectId(b"\0" * 12))),
        ('{"$id":1,"$ref":"c","items":2}', DBRef("c", 1, None, {"items": 2})),
        ('{"$ref":"#/x"}', {"$ref": "#/x"}),
        ('{"$ref":1,"$id":1}', {"$ref": 1, "$id": 1}),
        ('{"$ref":"c","$id":1,"$db":2}', {"$ref": "c", "$id": 1, "$db": 2}),
        ('{"$regex":"a","$options":"i"}', {"$regex": "a", "$options": "i"}),
        ('{"$type":"string"}', {"$type": "string"}),
        ("9223372036854775807", 2**63 - 1),
        ("-0.0", -0.0),
        ('[null,true,"a",1,1.5]', [None, True, "a", 1, 1.5]),
    ],
)
def test_typed_values_are_decoded(text: str, value: Any) -> None:
    decoded = decode(parsed(text))
    assert type(decoded) is type(value)
    assert exactly(decoded) == exactly(value)


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ('{"$oid":null}', "$oid", "24 hexadecimal"),
        ('{"$oid":"65a0b1c2d3e4f5061728394z"}', "$oid", "24 hexadecimal"),
        ('{"$oid":"65a0b1c2d3e4f5061728394a\\n"}', "$oid", "24 hexadecimal"),
        ('{"$oid":"65a0b1c2d3e4f5061728394a","a":1}', "$oid", "nothing else"),
        ('{"a":1,"$oid":"65a0b1c2d3e4f5061728394a"}', "$oid", "nothing else"),
        ('{"$date":true}', "$date", "ISO 8601"),
        ('{"$date":1.5}', "$date", "ISO 8601"),
        ('{"$date":"2024-01-01"}', "$date", "ISO 8601"),
        ('{"$date":"2024-01-01T00:00:00"}', "$date", "with an offset"),
        ('{"$date":"2023-02-29T00:00:00Z"}', "$date", "ISO 8601"),
        ('{"$date":"2024-01-01T00:00:00+99:99"}', "$date", "ISO 8601"),
        ('{"$date":{"$numberLong":"9223372036854775808"}}', "$date.$numberLong", "64 bits"),
        ('{"$date":9223372036854775808}', "$date", "64 bits"),
        ('{"$numberInt":"2147483648"}', "$numberInt", "32 bits"),
        ('{"$numberInt":1}', "$numberInt", "as a string"),
        ('{"$numberLong":"1_0"}', "$numberLong", "as a string"),
        ('{"$numberLong":"-9223372036854775809"}', "$numberLong", "64 bits"),
        ('{"$numberDouble":"1e999"}', "$numberDouble", "double"),
        ('{"$numberDouble":"nan"}', "$numberDouble", "NaN"),
        ('{"$numberDecimal":"1e7000"}', "$numberDecimal", "34 digits"),
        ('{"$numberDecimal":"' + "9" * 35 + '"}', "$numberDecimal", "34 digits"),
        ('{"$numberDecimal":"sNaN"}', "$numberDecimal", "decimal number"),
        ('{"$binary":"AAE="}', "$binary", "base64 and subType"),
        ('{"$binary":"AAE=","$type":"00"}', "$binary", "nothing else"),
        ('{"$binary":{"base64":"AAE","subType":"00"}}', "$binary", "base64"),
        ('{"$binary":{"base64":"AA E=","subType":"00"}}', "$binary", "base64"),
        ('{"$binary":{"base64":"","subType":"100"}}', "$binary", "subType"),
        ('{"$binary":{"base64":"AAE=","subType":"04"}}', "$binary", "16 bytes"),
        ('{"$uuid":"{00010203-0405-0607-0809-0a0b0c0d0e0f}"}', "$uuid", "UUID"),
        ('{"$regularExpression":{"pattern":"a"}}', "$regularExpression", "pattern and options"),
        ('{"$regularExpression":{"pattern":"a\\u0000","options":""}}', "$regularExpression", "NUL"),
        ('{"$regularExpression":{"pattern":"a","options":"g"}}', "$regularExpression", "options among"),
        ('{"$timestamp":{"t":-1,"i":0}}', "$timestamp", "unsigned"),
        ('{"$timestamp":{"t":true,"i":0}}', "$timestamp", "unsigned"),
        ('{"$timestamp":{"t":1,"i":4294967296}}', "$timestamp", "unsigned"),
        ('{"$minKey":true}', "$minKey", "must be 1"),
        ('{"$maxKey":0}', "$maxKey", "must be 1"),
        ('{"$code":1}', "$code", "string"),
        ('{"$code":"x","$scope":[]}', "$code", "$scope"),
        ('{"$ref":"c","$id":1,"$db":null}', "$ref", "$db"),
        ('{"$undefined":true}', "$undefined", "deprecated"),
        ('{"$symbol":"a"}', "$symbol", "deprecated"),
        ('{"$dbPointer":{"$ref":"c","$id":{"$oid":"000000000000000000000000"}}}', "$dbPointer", "deprecated"),
    ],
)
def test_malformed_wrappers_are_refused_by_name(text: str, key: str, message: str) -> None:
    assert refusal(parsed(text))["field"] == key
    error = refusal({"a": [0, {"b": parsed(text)}]})
    assert error["field"] == f"a.1.b.{key}"
    assert message in error["message"]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 1e999, -1e999])
def test_numbers_beyond_bson_are_refused(number: float) -> None:
    assert refusal({"a": [number]}, "filter")["field"] == "filter.a.0"
    assert refusal(number, "id")["field"] == "id"


@given(VALUES)
def test_canonical_text_decodes_to_the_very_same_value(value: Any) -> None:
    text = encode(stored(value), canonical=True)
    assert exactly(decode(parsed(text))) == exactly(value)


@given(VALUES)
def test_relaxed_text_decodes_to_the_same_value_but_for_the_types_of_numbers(value: Any) -> None:
    assert exactly(decode(parsed(encode(stored(value), canonical=False)))) == exactly(
        with_plain_numbers(value)
    )


def with_plain_numbers(value: Any) -> Any:
    """Integers of 64 bits are JSON numbers in relaxed format, which decode to the smallest type."""
    match value:
        case dict():
            return {name: with_plain_numbers(member) for name, member in value.items()}
        case list():
            return [with_plain_numbers(item) for item in value]
        case DBRef():
            return DBRef(value.collection, with_plain_numbers(value.id), value.database)
        case Code():
            return Code(value, with_plain_numbers(value.scope))
        case Int64():
            return int(value)
        case _:
            return value


@given(HOSTILE)
def test_any_json_is_decoded_to_bson_or_refused(value: Any) -> None:
    try:
        decoded = decode(value)
    except InvalidFields:
        return
    assert exactly(stored(decoded)) == exactly(decoded)


@given(HOSTILE)
def test_decoding_changes_nothing_that_is_passed(value: Any) -> None:
    before = json.dumps(value)
    with suppress(InvalidFields):
        decode(value)
    assert json.dumps(value) == before
