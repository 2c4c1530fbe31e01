"""Ids of documents in the segment of a URL's path."""

import math
import re
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId
from hypothesis import assume, given
from hypothesis import strategies as st

from tenantry.errors import TenantryError
from tenantry.http.documents.rules import (
    MAX_ID_BYTES,
    check_document,
    format_document_id,
    parse_document_id,
)
from tests.support.bson_values import CODES, REFERENCES, SCALARS, exactly, values

HEX = "65a0b1c2d3e4f5061728394A"
TRICKY_TEXTS = st.sampled_from(
    ["", ".", "..", "...", "{", '"', "{}", '"a"', HEX, HEX + "0", " a/b?c#d%41", "null"]
)
IDS = values(SCALARS | CODES | REFERENCES) | TRICKY_TEXTS | st.text(st.characters(codec="utf-8"))


@given(IDS)
def test_an_id_is_the_same_after_its_way_through_a_url(value: Any) -> None:
    try:
        check_document({"_id": value})
    except TenantryError:
        assume(False)
    text = format_document_id(value)
    assert re.fullmatch("[A-Za-z0-9._~-]+", text), "would have to be percent-encoded"
    assert text not in {".", ".."}
    assert exactly(parse_document_id(text)) == exactly(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (HEX, ObjectId(HEX)),
        (f'"{HEX}"', HEX),
        (HEX + "0", HEX + "0"),
        ("invoice-17", "invoice-17"),
        ("17", "17"),
        ("null", "null"),
        ("[1]", "[1]"),
        ("$where", "$where"),
        ('{"$numberInt":"17"}', 17),
        ('{"$numberDecimal":"1.0"}', Decimal128("1.0")),
        (f'{{"$oid":"{HEX}"}}', ObjectId(HEX)),
        ('{"year":2024,"n":{"$numberLong":"1"}}', {"year": 2024, "n": Int64(1)}),
        ('"{}"', "{}"),
        ('""', ""),
        ("~IiI", ""),
        ("~eyIkbnVtYmVySW50IjoiMTcifQ", 17),
        ("~eyIkbnVtYmVySW50IjoiMTcifQ==", 17),
    ],
)
def test_ids_are_read_from_the_segment_of_a_path(text: str, value: Any) -> None:
    assert exactly(parse_document_id(text)) == exactly(value)


@pytest.mark.parametrize(
    "text",
    [
        "{", '"', '"a', "{}}", '{"$gt":""}', '{"$ne":null}', '{"$in":[1]}', '{"a":{"$gt":1}}', '{"$oid":1}',
        '{"$where":"1"}', '{"a.b":1}', '{"a":1,"a":2}', '{"$regex":"a"}', '{"a\\u0000":1}', "\ud800",
        '"\\ud800"', '{"$regularExpression":{"pattern":"a","options":""}}', "{" * 5000,
        "~", "~%", "~e30é", "~e", "~eyIkZ3QiOiIifQ", "a" * (MAX_ID_BYTES + 1), '{"a":NaN}',
        '{"$undefined":true}',
    ],
)  # fmt: skip
def test_text_that_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(TenantryError) as caught:
        parse_document_id(text)
    assert caught.value.status in {400, 422}
    assert all(error["field"].startswith("id") for error in caught.value.extensions.get("errors", []))


@given(st.text(), st.sampled_from(["", "{", '"', '{"$']))
def test_any_text_is_an_id_or_refused(text: str, start: str) -> None:
    try:
        value = parse_document_id(start + text)
    except TenantryError as error:
        assert error.status in {400, 422}  # noqa: PT017 - it may be raised and need not be
    else:
        assert not isinstance(value, dict) or not any(name.startswith("$") for name in value)
        exactly(value)


def test_not_a_number_is_an_id() -> None:
    assert math.isnan(parse_document_id(format_document_id(math.nan)))
