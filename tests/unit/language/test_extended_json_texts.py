"""The text of values, which is that of the driver."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from bson import DBRef, Int64, Regex, json_util, tz_util
from bson.binary import UuidRepresentation
from bson.json_util import JSONMode, JSONOptions
from hypothesis import example, given

from tenantry.language import strict_json
from tenantry.language.extended_json import decode, encode
from tests.support.bson_values import VALUES, stored


def parsed(text: str) -> Any:
    return strict_json.loads(text, max_depth=50)


@pytest.mark.parametrize("canonical", [False, True])
@given(value=VALUES)
@example([2**31, 2**31 - 1, -(2**31), -(2**31) - 1])
@example([datetime(1970, 1, 1, 0, 0, 0, 1000 * milliseconds, UTC) for milliseconds in (0, 1, 999)])
def test_text_is_what_the_driver_writes(value: Any, *, canonical: bool) -> None:
    mode = JSONMode.CANONICAL if canonical else JSONMode.RELAXED
    options = JSONOptions(json_mode=mode, uuid_representation=UuidRepresentation.STANDARD)
    for read in (value, stored(value)):
        written = json_util.dumps(read, json_options=options, ensure_ascii=False, separators=(",", ":"))
        assert encode(read, canonical=canonical) == written.replace("\ufffd", r"\ufffd")


def test_dates_are_written_whichever_class_says_that_they_are_in_utc() -> None:
    at = datetime(2024, 2, 29, 12, 30, 45, 678_000, UTC)
    for read in (at, at.replace(tzinfo=tz_util.utc), at.astimezone(timezone(timedelta(hours=2)))):
        text = encode(read, canonical=False)
        assert decode(parsed(text)) == at
        assert text.endswith('.678Z"}') == (read.utcoffset() == timedelta(0))


def test_references_with_any_further_fields_can_be_written() -> None:
    inner = {"$ref": "c", "$id": 1, "items": 2, "__iter__": 3}
    for written in (inner, inner | {"$id": inner}):
        reference = stored(written)
        assert isinstance(reference, DBRef)
        assert json.loads(encode({"a": [reference]}, canonical=False)) == {"a": [written]}


@pytest.mark.parametrize("canonical", [False, True])
def test_replacement_characters_are_escaped(*, canonical: bool) -> None:
    document = {"a\ufffd": ["\ufffd\\", Regex("\ufffd")]}
    text = encode(document, canonical=canonical)
    assert "\ufffd" not in text
    assert decode(parsed(text)) == document


def test_relaxed_text_is_what_people_expect() -> None:
    document = {"n": Int64(5), "x": 1.5, "at": datetime(2024, 1, 2, tzinfo=UTC), "ä": None}
    assert (
        encode(document, canonical=False) == '{"n":5,"x":1.5,"at":{"$date":"2024-01-02T00:00:00Z"},"ä":null}'
    )
