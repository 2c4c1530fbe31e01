import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.errors import MalformedRequest
from tenantry.language import strict_json

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON_VALUES, st.booleans())
def test_any_json_value_is_parsed_from_text_and_from_bytes(value: Any, ensure_ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=ensure_ascii)
    assert strict_json.loads(text, max_depth=10) == value
    assert strict_json.loads(text.encode(), max_depth=10) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "line 1 column 1"),
        ("{]", "line 1 column 2"),
        ('[1,\n"', "line 2 column 1"),
        ('{"a":1,"a":1}', "two members of the same name"),
        ('[[{"a":1,"\\u0061":2}]]', "two members of the same name"),
        ("NaN", "NaN is not a JSON number"),
        ("[-Infinity]", "-Infinity is not a JSON number"),
        ("9" * 5000, "too many digits"),
        ('"\\ud800"', "lone surrogate"),
        ('{"\\udfff":1}', "lone surrogate"),
        ('"\udfff"', "lone surrogate"),
        (b"\xff", "UTF-8"),
        (b'"\xed\xa0\x80"', "UTF-8"),
        (b"\xff\xfe1\x00", "UTF-8"),
        ("[[[[1]]]]", "nested too deeply"),
        ('{"a":[{"b":[]}]}', "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_parsers_disagree_about_is_malformed(text: str | bytes, reason: str) -> None:
    with pytest.raises(MalformedRequest, match=reason):
        strict_json.loads(text, max_depth=3)


@pytest.mark.parametrize("depth", [0, 1, 5])
def test_objects_and_arrays_nest_up_to_a_depth(depth: int) -> None:
    nested = "[" * depth + "1" + "]" * depth
    assert json.dumps(strict_json.loads(nested, max_depth=depth)) == nested
    with pytest.raises(MalformedRequest):
        strict_json.loads(f'{{"a":{nested}}}', max_depth=depth)
