import time
from datetime import UTC, datetime, timedelta
from itertools import combinations

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import OKPAlgorithm

from tenantry.errors import InvalidToken
from tenantry.identity import tokens
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.identity.tokens import LIFETIME_SECONDS, Claims
from tenantry.runtime.settings import settings
from tests.unit.identity.jose import (
    CLAIMS,
    HEADER,
    KEY,
    OF_AN_ORGANIZATION,
    find_key,
    judged,
    signed,
    valid_claims,
)

LOGGED_IN_AT = datetime.now(UTC) - timedelta(minutes=20)


def issue(key: SigningKey = KEY) -> str:
    return tokens.issue(
        key,
        session_id="ses_1",
        account_id="acct_1",
        organization=tokens.InOrganization("org_1", "google", "owner"),
        epoch=3,
        authenticated_at=LOGGED_IN_AT,
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
        auth_time=int(LOGGED_IN_AT.timestamp()),
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


def test_pyjwt_verifies_the_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    token = issue()
    monkeypatch.setattr(OKPAlgorithm, "verify", lambda *_: False)
    with pytest.raises(InvalidToken):
        tokens.verify(token, find_key)


def test_issuer_and_audience_are_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = issue()
    assert tokens.verify(elsewhere, find_key).iss == "urn:tenantry"
    monkeypatch.setenv("TOKEN_ISSUER", "https://api.example.com")
    monkeypatch.setenv("TOKEN_AUDIENCE", "example")
    settings.cache_clear()
    claims = tokens.verify(issue(), find_key)
    assert (claims.iss, claims.aud) == ("https://api.example.com", "example")
    with pytest.raises(InvalidToken):
        tokens.verify(elsewhere, find_key)


def test_the_longest_identifiers_make_a_token_that_is_accepted() -> None:
    token = tokens.issue(
        KEY,
        session_id="s" * 36,
        account_id="a" * 37,
        organization=tokens.InOrganization("o" * 36, "s" * 63, "viewer"),
        epoch=2**63 - 1,
        authenticated_at=LOGGED_IN_AT,
    )
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


@pytest.mark.parametrize("changes", [{"crv": "X25519"}, {"kty": "EC"}, {"x": ""}, {"x": "AAAA"}, {"x": "A"}])
def test_a_public_key_of_another_kind_verifies_nothing(changes: dict[str, str]) -> None:
    with pytest.raises(InvalidToken):
        tokens.verify(issue(), lambda _: KEY.public_jwk | changes)


@given(
    st.text(min_size=1, max_size=40),
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,61}", fullmatch=True),
    st.integers(0, 2**63 - 1),
)
def test_another_library_reads_the_same_in_what_is_issued(name: str, slug: str, epoch: int) -> None:
    key = SigningKey.generate()
    token = tokens.issue(
        key,
        session_id=f"ses_{name}",
        account_id=f"acct_{name}",
        organization=tokens.InOrganization(f"org_{name}", slug, "owner"),
        epoch=epoch,
        authenticated_at=LOGGED_IN_AT,
    )
    claims = judged(token, key.public_jwk)
    ids = [claims[claim] for claim in ("sid", "sub", "org_id")]
    assert ids == [f"ses_{name}", f"acct_{name}", f"org_{name}"]
    assert (claims["org"], claims["epoch"], claims["exp"]) == (slug, epoch, claims["iat"] + LIFETIME_SECONDS)
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "typ": "at+jwt", "kid": key.kid}


def test_claims_are_exactly_those_of_the_profile() -> None:
    assert set(valid_claims()) == set(CLAIMS)


def test_a_token_for_no_organization_has_no_claim_of_one() -> None:
    token = tokens.issue(
        KEY,
        session_id="ses_1",
        account_id="acct_1",
        organization=None,
        epoch=3,
        authenticated_at=LOGGED_IN_AT,
    )
    payload = jwt.decode(token, options={"verify_signature": False})
    assert set(payload) == set(CLAIMS) - set(OF_AN_ORGANIZATION)
    claims = tokens.verify(token, find_key)
    assert (claims.sub, claims.org_id, claims.org, claims.role) == ("acct_1", None, None, None)


@pytest.mark.parametrize("kept", [part for size in (1, 2) for part in combinations(OF_AN_ORGANIZATION, size)])
@pytest.mark.parametrize("instead", [None, "", "owner"])
def test_claims_of_an_organization_come_together_or_not_at_all(
    kept: tuple[str, ...], instead: str | None
) -> None:
    claims = {name: value for name, value in valid_claims().items() if name not in OF_AN_ORGANIZATION}
    assert tokens.verify(signed(claims), find_key).org_id is None
    halves = claims | {name: OF_AN_ORGANIZATION[name] for name in kept}
    assert_invalid(signed(halves))
    filled = dict.fromkeys(OF_AN_ORGANIZATION, instead) | {name: OF_AN_ORGANIZATION[name] for name in kept}
    if instead != "owner":
        assert_invalid(signed(claims | filled))


def test_a_login_may_be_old_but_not_later_than_its_token() -> None:
    now = int(time.time())
    for auth_time in (0, now - 30 * 86400, now, now + 3):  # clocks differ
        claims = valid_claims(now) | {"auth_time": auth_time}
        assert tokens.verify(signed(claims), find_key).auth_time == auth_time
    for wrong in (-1, now + 60, 2**63, float(now), str(now), None, True, [now]):
        assert_invalid(signed(valid_claims(now) | {"auth_time": wrong}))


def assert_invalid(token: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.verify(token, find_key)
