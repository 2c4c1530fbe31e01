"""No token of attackers and broken clients is valid."""

import base64
import json

import pytest

from tenantry.errors import InvalidToken
from tenantry.identity import tokens
from tests.unit.identity.forgeries import (
    SIGNATURE,
    SIGNED_HEADER,
    VALID,
    with_header,
)
from tests.unit.identity.hostile_tokens import HOSTILE, OTHER
from tests.unit.identity.jose import find_key


def test_the_token_that_they_imitate_is_valid() -> None:
    assert tokens.verify(VALID, find_key).sub == "acct_1"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_token_is_invalid(name: str) -> None:
    with pytest.raises(InvalidToken) as caught:
        tokens.verify(HOSTILE[name], find_key)
    assert caught.value.detail == InvalidToken.default_detail


@pytest.mark.parametrize("filler", ["A", ".", "=", "[", "é", "A."])
def test_a_token_of_6_mb_is_refused_undecoded(filler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(_: str) -> bytes:
        raise AssertionError("decoded")

    monkeypatch.setattr(base64, "urlsafe_b64decode", decode)
    token = f"{SIGNED_HEADER}.{filler * (6 * 2**20 // len(filler))}.{SIGNATURE}"
    with pytest.raises(InvalidToken):
        tokens.verify(token, find_key)


def test_no_key_is_looked_up_for_a_header_that_is_refused() -> None:
    def no_look(key_id: str) -> None:
        raise AssertionError(key_id)

    for name in ("alg none", "kid of 1 MB", "kid an operator", "typ JWT", "jku", "padded", "two parts"):
        with pytest.raises(InvalidToken):
            tokens.verify(HOSTILE[name], no_look)
    for name in ("kid of 65 characters", "kid empty", "kid with NUL", "kid with a lone surrogate"):
        with pytest.raises(InvalidToken):
            tokens.verify(HOSTILE[name], no_look)


def test_no_claim_is_read_before_the_signature_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(verified: object, _: bytes) -> None:
        raise AssertionError(verified)

    monkeypatch.setattr(tokens, "_read_claims", read)
    for name in ("payload of another token", "signature by another key", "signature with a larger scalar"):
        with pytest.raises(InvalidToken):
            tokens.verify(HOSTILE[name], find_key)


def test_json_that_is_too_deep_for_the_interpreter_is_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    def loads(_: bytes) -> None:
        raise RecursionError  # how deep that is depends on the platform

    of_an_unknown_key = with_header(kid=OTHER.kid)
    monkeypatch.setattr(json, "loads", loads)
    for token in (VALID, of_an_unknown_key):
        with pytest.raises(InvalidToken):
            tokens.verify(token, find_key)


def test_there_are_many_hostile_tokens() -> None:
    assert len(HOSTILE) >= 150
