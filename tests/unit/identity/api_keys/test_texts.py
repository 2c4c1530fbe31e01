"""How keys are written, and what is no key."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.identity.api_keys import texts

DRAWN = texts.draw(texts.draw_id())


def test_a_key_is_read_as_it_was_drawn() -> None:
    assert texts.parse(DRAWN.text) == DRAWN
    assert texts.draw(DRAWN.key_id) != DRAWN
    assert len(DRAWN.hash) == 32
    assert DRAWN.secret not in repr(DRAWN.hash)


def test_a_scanner_recognises_a_key_as_it_does_those_of_github() -> None:
    """The example follows the description; its checksum was computed apart from the code."""
    body = "0" * 32 + "A" * 43
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    text = texts.KeyText(f"key_{'0' * 32}", "A" * 43).text
    assert text.startswith("tk_" + body)
    number = 0
    for digit in text[-6:]:
        number = number * 62 + digits.index(digit)
    assert number == zlib.crc32(body.encode())


@pytest.mark.parametrize(
    "text",
    [
        "", "tk_", DRAWN.text + "\n", DRAWN.text + "=", " " + DRAWN.text, DRAWN.text[:-1], DRAWN.text.upper(),
        DRAWN.text.replace("tk_", "sk_"), DRAWN.text[:40] + "é" + DRAWN.text[41:], "tk_" + "٣" * 81,
        "tk_" + "a" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_key(text: str) -> None:
    assert texts.parse(text) is None


@given(st.integers(min_value=3, max_value=len(DRAWN.text) - 1), st.sampled_from("0123456789abcdefXYZ"))
def test_one_wrong_character_is_noticed(position: int, character: str) -> None:
    text = DRAWN.text[:position] + character + DRAWN.text[position + 1 :]
    assert texts.parse(text) == (DRAWN if text == DRAWN.text else None)


def test_no_access_token_is_taken_for_a_key() -> None:
    assert texts.is_key(DRAWN.text)
    assert not texts.is_key("eyJhbGciOiJFZERTQSJ9.e30.c2ln")
