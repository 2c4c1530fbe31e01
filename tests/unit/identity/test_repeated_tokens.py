"""A token that a process has verified before: its signature still holds, but its key and its time may not."""

import pytest
from jwt.algorithms import OKPAlgorithm

from tenantry.errors import InvalidToken
from tenantry.identity import tokens
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.identity.tokens import CLOCK_SKEW_SECONDS, LIFETIME_SECONDS
from tenantry.runtime import process
from tests.unit.identity.forgeries import respelled
from tests.unit.identity.jose import KEY, find_key, signed, valid_claims


@pytest.fixture
def token() -> str:
    """A token that has been verified."""
    token = signed()
    assert tokens.verify(token, find_key).sub == "acct_1"
    return token


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Collects what PyJWT verifies."""
    signing_inputs: list[bytes] = []
    verify = OKPAlgorithm.verify

    def noted(self: OKPAlgorithm, msg: bytes, *rest: object) -> bool:
        signing_inputs.append(msg)
        return verify(self, msg, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(OKPAlgorithm, "verify", noted)
    return signing_inputs


def test_a_signature_is_verified_once(verified: list[bytes]) -> None:
    repeated, other = signed(), signed(valid_claims() | {"jti": "other"})
    assert tokens.verify(repeated, find_key) == tokens.verify(repeated, find_key)
    assert verified == [repeated.rpartition(".")[0].encode()]
    assert tokens.verify(other, find_key).jti == "other"
    assert len(verified) == 2


def test_a_snapshot_remembers_no_token(token: str, verified: list[bytes]) -> None:
    process.forget()
    tokens.verify(token, find_key)
    assert len(verified) == 1


def test_what_is_not_valid_is_not_remembered(token: str, verified: list[bytes]) -> None:
    signed_part, _, signature = token.rpartition(".")
    forged = f"{signed_part}.{'A' * len(signature)}"
    for _ in range(2):
        with pytest.raises(InvalidToken):
            tokens.verify(forged, find_key)
    assert len(verified) == 2


def test_it_ends_on_time(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = tokens.verify(token, find_key).iat
    earliest, end = issued - CLOCK_SKEW_SECONDS, issued + LIFETIME_SECONDS + CLOCK_SKEW_SECONDS
    for moment in (earliest, end - 0.001):
        monkeypatch.setattr("time.time", lambda at=moment: at)
        assert tokens.verify(token, find_key).iat == issued
    for moment in (earliest - 0.001, end):
        monkeypatch.setattr("time.time", lambda at=moment: at)
        with pytest.raises(InvalidToken):
            tokens.verify(token, find_key)


def test_it_ends_with_its_key(token: str) -> None:
    another = SigningKey.generate().public_jwk | {"kid": KEY.kid}
    for keys in ({}, {KEY.kid: another}, {KEY.kid: KEY.public_jwk | {"crv": "X25519"}}):
        with pytest.raises(InvalidToken):
            tokens.verify(token, keys.get)
    assert tokens.verify(token, find_key).sub == "acct_1"


def test_no_other_spelling_of_it_is_valid(token: str) -> None:
    for other in (token + "=", token + "A", token[:-1], token.lower(), respelled(token), f" {token}"):
        with pytest.raises(InvalidToken):
            tokens.verify(other, find_key)
