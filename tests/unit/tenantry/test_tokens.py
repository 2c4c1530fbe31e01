import time
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry import tokens
from tenantry.errors import InvalidToken
from tenantry.settings import settings
from tenantry.tokens import LIFETIME_SECONDS, Claims, SigningKey
from tests.unit.tenantry.jose import HEADER, KEY, encode, find_key, signed, valid_claims

CAPTURED = signed()


def issue(key: SigningKey = KEY) -> str:
    return tokens.issue(
        key, session_id="ses_1", account_id="acct_1", organization_id="org_1", slug="google", epoch=3
    )


def test_a_token_says_whom_it_speaks_for() -> None:
    before = int(time.time())
    claims = tokens.verify(issue(), find_key)
    assert before <= claims.iat <= int(time.time())
    assert claims == Claims(
        iss="urn:tenantry",
        aud="tenantry",
        sub="acct_1",
        org_id="org_1",
        org="google",
        role="owner",
        epoch=3,
        iat=claims.iat,
        nbf=claims.iat,
        exp=claims.iat + 15 * 60,
        jti=claims.jti,
        sid="ses_1",
    )


def test_a_token_declares_its_type_and_key() -> None:
    assert jwt.get_unverified_header(issue()) == HEADER
    assert {"alg": "EdDSA", "typ": "at+jwt", "kid": KEY.kid} == HEADER


def test_no_two_tokens_are_the_same() -> None:
    assert len({tokens.verify(issue(), find_key).jti for _ in range(20)}) == 20


def test_issuer_and_audience_are_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = issue()
    monkeypatch.setenv("TOKEN_ISSUER", "https://api.example.com")
    monkeypatch.setenv("TOKEN_AUDIENCE", "example")
    settings.cache_clear()
    claims = tokens.verify(issue(), find_key)
    assert (claims.iss, claims.aud) == ("https://api.example.com", "example")
    with pytest.raises(InvalidToken):
        tokens.verify(elsewhere, find_key)


def test_the_longest_identifiers_make_a_token_that_is_accepted() -> None:
    ids = {"session_id": "s" * 36, "account_id": "a" * 37, "organization_id": "o" * 36}
    token = tokens.issue(KEY, **ids, slug="s" * 63, epoch=2**63 - 1)
    assert tokens.verify(token, find_key).org == "s" * 63


def test_clocks_may_differ_by_a_few_seconds() -> None:
    ahead = valid_claims(now=int(time.time()) + 3)
    ended = valid_claims(now=int(time.time()) - LIFETIME_SECONDS - 3)
    assert tokens.verify(signed(ahead), find_key).iat == ahead["iat"]
    assert tokens.verify(signed(ended), find_key).exp == ended["exp"]


def test_the_key_is_looked_up_by_its_id() -> None:
    other = SigningKey.generate()
    keys = {KEY.kid: KEY.public_jwk, other.kid: other.public_jwk}
    assert tokens.verify(issue(other), keys.get).sub == "acct_1"
    with pytest.raises(InvalidToken):
        tokens.verify(issue(other), find_key)
    with pytest.raises(InvalidToken):
        tokens.verify(issue(other), lambda _: KEY.public_jwk)


def test_a_key_keeps_its_private_half_to_itself() -> None:
    key = SigningKey.generate()
    assert key.private_key["d"] not in repr(key)
    assert key.private_key["d"] not in str(key)
    assert key.public_jwk == {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": key.private_key["x"],
        "kid": key.kid,
        "use": "sig",
        "alg": "EdDSA",
    }


def test_keys_are_random_and_survive_storage() -> None:
    keys = [SigningKey.generate() for _ in range(5)]
    assert len({key.kid for key in keys}) == len({key.private_key["d"] for key in keys}) == 5
    assert SigningKey.model_validate_json(keys[0].model_dump_json()) == keys[0]


def test_claims_are_exactly_those_of_the_profile() -> None:
    assert set(valid_claims()) == set(Claims.model_fields)


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


@given(st.sampled_from(sorted(Claims.model_fields)), JSON)
def test_a_claim_with_another_value_is_refused_unless_it_is_one_that_tenantry_writes(
    claim: str, value: Any
) -> None:
    claims = valid_claims() | {claim: value}
    try:
        accepted = tokens.verify(signed(claims), find_key)
    except InvalidToken:
        return
    assert claim in {"sub", "org_id", "org", "jti", "sid", "epoch"} or value == valid_claims()[claim]
    assert type(value) is (int if claim == "epoch" else str)
    assert accepted.model_dump() == claims


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
