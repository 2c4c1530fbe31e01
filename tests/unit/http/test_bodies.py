import base64
import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenantry.errors import (
    MalformedRequest,
    PayloadTooLarge,
)
from tenantry.http.bodies import MAX_BYTES, MAX_DEPTH, check_body
from tests.unit.http.body_events import accepted, event

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
# fmt: off
FRAGMENTS = st.lists(st.sampled_from([
    '"a"', '"b"', '"\\ud800"', '"\\u0000"', '"', "{", "}", "[", "]", ":", ",", "1", "-", ".", "e9", "1e999",
    "NaN", "Infinity", "-Infinity", "null", "true", " ", "\n", "\ufeff", "\ud800", "\\", "é", "9" * 5000,
]), max_size=12).map("".join)
# fmt: on


def encoded(octets: bytes) -> dict[str, Any]:
    return event(base64.b64encode(octets).decode(), is_base64=True)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


@pytest.mark.parametrize("body", [None, ""])
def test_no_body_is_fine_whatever_its_type(body: str | None) -> None:
    assert accepted(event(body, "text/plain"))
    assert accepted(event(body, None))
    assert accepted({"headers": {}})


@pytest.mark.parametrize(
    "body",
    [
        ' {"a": 1}\n', '{"a":{"a":{"a":1}}}', '{"a":[1,{"b":2},{"b":2}]}',
        '{"ä":"\\u00e4 \\ud83d\\ude00 😀"}',
        '{"a":"\\u0000"}', '{"a":1e308,"b":-0.0,"c":9007199254740993}', '{"":""}',
    ],
)  # fmt: skip
def test_a_json_object_is_fine_as_text_and_in_base64(body: str) -> None:
    assert accepted(event(body))
    assert accepted(encoded(body.encode()))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "line 1 column 2"),
        ("nonsense", "line 1 column 1"),
        ('{"a":1,}', "line 1 column 7"),
        ("{'a':1}", "line 1 column 2"),
        ('{"a":1}{"b":2}', "line 1 column 8"),
        ('{"a":\n01}', "line 2 column 2"),
        ('{"a":"\n"}', "line 1 column 7"),
        ('{"a":"\0"}', "line 1 column 7"),
        ("\ufeff{}", "byte order mark"),
        ('{"a":1,"a":2}', "two members of the same name"),
        ('{"a":1,"\\u0061":2}', "two members of the same name"),
        ('{"x":[{"a":1,"a":1}]}', "two members of the same name"),
        ('{"a":NaN}', "NaN is not a JSON number"),
        ('{"a":-Infinity}', "-Infinity is not a JSON number"),
        ('{"a":' + "9" * 5000 + "}", "too many digits"),
        ('{"a":"\\ud800"}', "lone surrogate"),
        ('{"\\udfff":1}', "lone surrogate"),
        ('{"a":"\ud800"}', "UTF-8"),
        ('{"a":"text \ufffd"}', "UTF-8"),
        ("[]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ("null", "not a JSON object"),
        ("1", "not a JSON object"),
        ('{"a":' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}", "nested too deeply"),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, "nested too deeply"),
        ("[" * 10_000, "nested too deeply"),
    ],
)
def test_what_is_not_one_json_object_is_malformed(body: str, reason: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        check_body(event(body))
    assert reason in caught.value.detail
    assert len(caught.value.detail) < 100


def test_nesting_is_allowed_up_to_a_limit() -> None:
    inside = MAX_DEPTH - 1
    assert accepted(event('{"a":' + "[" * inside + "]" * inside + "}"))
    assert not accepted(event('{"a":' + "[" * (inside + 1) + "]" * (inside + 1) + "}"))


@pytest.mark.parametrize("octets", [b"\xff", b'{"a":"\xe9"}', b'{"a":"\xed\xa0\x80"}', b"\xff\xfe{\x00}\x00"])
def test_other_charsets_are_malformed(octets: bytes) -> None:
    with pytest.raises(MalformedRequest, match="UTF-8"):
        check_body(encoded(octets))


@pytest.mark.parametrize("body", ["{}", "e30", "e30=\n", "é", "====", "\ud800"])
def test_what_is_not_base64_is_malformed(body: str) -> None:
    with pytest.raises(MalformedRequest):
        check_body(event(body, is_base64=True))


def test_the_detail_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(MalformedRequest) as caught:
        check_body(event('{"password":"correct horse", "password":"correct horse"}'))
    assert "correct" not in caught.value.detail


def of_size(octets: int) -> bytes:
    return b'{"a":"' + b"x" * (octets - 8) + b'"}'


def test_a_body_has_a_longest_length() -> None:
    assert accepted(event(of_size(MAX_BYTES).decode()))
    assert accepted(encoded(of_size(MAX_BYTES)))
    for too_long in (event(of_size(MAX_BYTES + 1).decode()), encoded(of_size(MAX_BYTES + 1))):
        with pytest.raises(PayloadTooLarge, match=str(MAX_BYTES)):
            check_body(too_long)


def test_the_length_is_counted_in_bytes() -> None:
    assert not accepted(event('{"a":"' + "é" * (MAX_BYTES // 2) + '"}'))


@pytest.mark.parametrize("filler", ["x", "[", '{"a":', "9", '"\\ud800",', " "])
def test_6_mb_are_refused_unread(filler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: Any, **__: Any) -> Any:
        raise AssertionError("read")

    monkeypatch.setattr(json, "loads", read)
    monkeypatch.setattr(base64, "b64decode", read)
    body = filler * (6 * 2**20 // len(filler))
    for is_base64 in (False, True):
        with pytest.raises(PayloadTooLarge):
            check_body(event(body, is_base64=is_base64))


@given(st.dictionaries(st.text(max_size=3), JSON_VALUES, max_size=4))
def test_what_python_writes_is_accepted_if_it_is_json(value: dict[str, Any]) -> None:
    body = json.dumps(value)
    has_constant = any(constant in body for constant in ("NaN", "Infinity")) and not is_strict(value)
    assert accepted(event(body)) == (not has_constant)


def is_strict(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


@given(FRAGMENTS | FRAGMENTS.map(lambda text: '{"a":' + text + "}") | st.text(max_size=30))
@example('{"a":1e999}')
def test_what_is_accepted_means_one_thing_to_every_parser(body: str) -> None:
    for checked in (event(body), encoded(body.encode(errors="surrogatepass"))):
        if body and accepted(checked):
            value = json.loads(body, object_pairs_hook=unique, parse_constant=pytest.fail)
            assert value == json.loads(body)
            assert isinstance(value, dict)
            json.dumps(value, ensure_ascii=False).encode()


@given(st.binary(max_size=40), st.booleans())
def test_any_octets_are_accepted_or_refused(octets: bytes, is_base64: bool) -> None:
    body = base64.b64encode(octets).decode() if is_base64 else octets.decode("latin-1")
    if accepted(event(body, is_base64=is_base64)) and octets:
        assert isinstance(json.loads(octets if is_base64 else body), dict)


@given(st.text(max_size=20))
def test_any_text_instead_of_base64_is_accepted_or_refused(text: str) -> None:
    assert accepted(event(text, is_base64=True)) in {True, False}


def test_numbers_beyond_floats_are_left_to_the_fields() -> None:
    assert accepted(event('{"a":1e999}'))
    assert math.isinf(json.loads("1e999"))
