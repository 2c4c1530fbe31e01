"""Whatever is changed of a token, it is invalid, or one that Tenantry could have written."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.errors import InvalidToken
from tenantry.identity import tokens
from tenantry.identity.tokens import LIFETIME_SECONDS
from tests.unit.identity.jose import (
    CLAIMS,
    HEADER,
    encode,
    find_key,
    judged,
    signed,
    valid_claims,
)

CAPTURED = signed()


@given(st.integers(0, len(CAPTURED) - 1), st.characters(codec="utf-8"))
def test_a_token_with_one_other_character_is_invalid(position: int, character: str) -> None:
    if character != CAPTURED[position]:
        assert_invalid(CAPTURED[:position] + character + CAPTURED[position + 1 :])


@given(st.integers(0, len(CAPTURED)), st.text(min_size=1, max_size=3))
def test_a_token_with_characters_inserted_is_invalid(position: int, text: str) -> None:
    assert_invalid(CAPTURED[:position] + text + CAPTURED[position:])


@given(st.integers(0, len(CAPTURED) - 1), st.integers(1, 40))
def test_a_token_with_characters_removed_is_invalid(position: int, length: int) -> None:
    assert_invalid(CAPTURED[:position] + CAPTURED[position + length :])


@given(st.text(max_size=200) | st.from_regex(r"[\w-]{0,50}(\.[\w-]{0,50}){0,5}", fullmatch=True))
def test_text_is_no_token(text: str) -> None:
    assert_invalid(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


@given(st.sampled_from(sorted(CLAIMS)), JSON)
def test_a_claim_with_another_value_is_refused_unless_it_is_one_that_tenantry_writes(
    claim: str, value: Any
) -> None:
    claims = valid_claims() | {claim: value}
    try:
        accepted = tokens.verify(signed(claims), find_key)
    except InvalidToken:
        return
    free = {"sub", "org_id", "org", "jti", "sid", "epoch", "auth_time"}
    assert claim in free or value == valid_claims()[claim]
    assert type(value) is (int if claim in {"epoch", "auth_time"} else str)
    assert accepted._asdict() == claims == judged(signed(claims))


@given(st.integers(-LIFETIME_SECONDS - 20, 20), st.sampled_from([{}, {"exp": 1}, {"nbf": 1}, {"iat": -1}]))
def test_another_library_accepts_what_is_accepted(age: int, shifts: dict[str, int]) -> None:
    claims = valid_claims(int(time.time()) + age)
    token = signed(claims | {name: claims[name] + shift for name, shift in shifts.items()})
    try:
        accepted = tokens.verify(token, find_key)
    except InvalidToken:
        assert shifts or not -LIFETIME_SECONDS - 3 <= age <= 3
        return
    assert not shifts
    assert accepted._asdict() == claims == judged(token)


@given(st.sampled_from(sorted(HEADER)), JSON)
def test_a_header_with_another_value_is_refused(name: str, value: Any) -> None:
    if value != HEADER[name]:
        assert_invalid(signed(header=HEADER | {name: value}))


@given(JSON, JSON)
def test_any_json_as_header_or_payload_is_refused(header: Any, payload: Any) -> None:
    assert_invalid(encode(header, valid_claims()))
    assert_invalid(encode(HEADER, payload))


def assert_invalid(token: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.verify(token, find_key)
