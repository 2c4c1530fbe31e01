"""How keys are written, and what is no key."""

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.identity.api_keys import texts

KNOWN = texts.KeyText("key_5f0c1d2e3a4b5968778695a4b3c2d1e0", "0aBcDeFgHiJkLmNoPqRsTuVwXyZ123456789zyxwvuT")
TEXT = KNOWN.text


def test_a_key_is_read_as_it_was_drawn() -> None:
    drawn = texts.draw(texts.draw_id())
    assert texts.parse(drawn.text) == drawn
    assert texts.draw(drawn.key_id) != drawn
    assert len(drawn.hash) == 32


def test_a_scanner_recognises_a_key_as_it_does_those_of_github() -> None:
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
        "", "tk_", TEXT + "\n", TEXT + "=", " " + TEXT, TEXT[:-1], TEXT.upper(),
        TEXT.replace("tk_", "sk_"), TEXT[:40] + "é" + TEXT[41:], "tk_" + "٣" * 81,
        "tk_" + "a" * 10_000,
    ],
    ids=range(11),  # the same in each worker, which the texts are not
)  # fmt: skip
def test_what_is_no_key(text: str) -> None:
    assert texts.parse(text) is None


@given(st.integers(min_value=3, max_value=len(TEXT) - 1), st.sampled_from("0123456789abcdefXYZ"))
def test_one_wrong_character_is_noticed(position: int, character: str) -> None:
    text = TEXT[:position] + character + TEXT[position + 1 :]
    assert texts.parse(text) == (KNOWN if text == TEXT else None)


def test_no_access_token_is_taken_for_a_key() -> None:
    assert texts.is_key(TEXT)
    header = base64.urlsafe_b64encode(b'{"alg":"EdDSA"}').decode()
    assert not texts.is_key(f"{header}.e30.c2ln")
