"""Tokens that are not ours."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.e2e import jose
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService, unique
from tests.support.owners import Owner, sign_up

YEAR_SECONDS = 365 * 24 * 3600
MEGABYTE = 1024 * 1024

FORGED_HEADERS = {
    "algorithm none": {"alg": "none"},
    "another algorithm": {"alg": "HS256"},
    "another type": {"typ": "JWT"},
    "no type": {"typ": None},
    "unknown key": {"kid": "0123456789abcdef"},
    "no key": {"kid": None},
    "operator as key": {"kid": {"$ne": ""}},
    "key of its own": {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}},
}
FORGED_CLAIMS = {
    "another audience": {"aud": "another"},
    "list of audiences": {"aud": ["tenantry"]},
    "another issuer": {"iss": "urn:another"},
    "operator as organization": {"org_id": {"$ne": ""}},
    "unknown account": {"sub": "acct_00000000000000000000000000000000"},
    "another epoch": {"epoch": 1},
    "string as expiry": {"exp": "9999999999"},
    "expiry in a year": {"exp": 9999999999},
    "no expiry": {"exp": None},
}
MALFORMED = {
    "one segment": lambda token: token.partition(".")[0],
    "no signature": lambda token: token.rpartition(".")[0] + ".",
    "another signature": lambda token: token.rpartition(".")[0] + "." + "A" * 86,
    "padding": lambda token: token + "=",
    "four segments": lambda token: token + ".e30",
    "not base64": lambda token: token.replace(".", ".$", 1),
    "4 KB": lambda token: "a" * 4097,
}


@pytest.fixture(scope="module")
def holder(service: HttpService) -> Owner:
    return sign_up(service, unique("Google"))


@pytest.fixture(scope="module")
def private_jwk(deployment: Deployment, holder: Owner) -> dict[str, Any]:
    """The private key that only login and rotation may read."""
    secret = deployment.aws.physical_id("SigningKeySecret")
    current = deployment.aws.secrets.get_secret_value(SecretId=secret)["SecretString"]
    return dict(json.loads(current)["private_key"])


def changed(original: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return the members with others in their place; None takes one away."""
    return {name: value for name, value in (original | changes).items() if value is not None}


def check_refused(service: HttpService, holder: Owner, token: str) -> None:
    answer = service.get(holder.path, token=token)
    assert answer.status == 401
    assert answer.code == "invalid-token"
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_token_that_is_signed_as_login_does_is_accepted(
    service: HttpService, holder: Owner, private_jwk: dict[str, Any]
) -> None:
    token = jose.sign(jose.header_of(holder.token), jose.claims_of(holder.token), private_jwk)
    assert service.get(holder.path, token=token).status == 200


@pytest.mark.parametrize("changes", FORGED_HEADERS.values(), ids=FORGED_HEADERS)
def test_forged_header_is_refused(
    service: HttpService, holder: Owner, private_jwk: dict[str, Any], changes: dict[str, Any]
) -> None:
    header = changed(jose.header_of(holder.token), changes)
    check_refused(service, holder, jose.sign(header, jose.claims_of(holder.token), private_jwk))


@pytest.mark.parametrize("changes", FORGED_CLAIMS.values(), ids=FORGED_CLAIMS)
def test_forged_claims_are_refused(
    service: HttpService, holder: Owner, private_jwk: dict[str, Any], changes: dict[str, Any]
) -> None:
    claims = changed(jose.claims_of(holder.token), changes)
    check_refused(service, holder, jose.sign(jose.header_of(holder.token), claims, private_jwk))


@pytest.mark.parametrize("seconds", [-901 - 60, 3600, YEAR_SECONDS], ids=["expired", "early", "next year"])
def test_token_of_another_time_is_refused(
    service: HttpService, holder: Owner, private_jwk: dict[str, Any], seconds: int
) -> None:
    claims = jose.claims_of(holder.token)
    moved = claims | {name: claims[name] + seconds for name in ("iat", "nbf", "exp")}
    check_refused(service, holder, jose.sign(jose.header_of(holder.token), moved, private_jwk))


def test_token_of_a_foreign_key_is_refused(service: HttpService, holder: Owner) -> None:
    foreign = {"d": jose.encode(Ed25519PrivateKey.generate().private_bytes_raw())}
    token = jose.sign(jose.header_of(holder.token), jose.claims_of(holder.token), foreign)
    check_refused(service, holder, token)


@pytest.mark.parametrize("spoil", MALFORMED.values(), ids=MALFORMED)
def test_malformed_token_is_refused(service: HttpService, holder: Owner, spoil: Any) -> None:
    check_refused(service, holder, spoil(holder.token))


@pytest.mark.parametrize("credentials", ["Bearer", "Basic YTpi", "Token", "bearer"])
def test_other_credentials_are_refused(service: HttpService, holder: Owner, credentials: str) -> None:
    assert service.get(holder.path, headers={"Authorization": credentials}).status == 401


def test_missing_token_gets_a_bare_challenge(service: HttpService, holder: Owner) -> None:
    answer = service.get(holder.path)
    assert answer.status == 401
    assert answer.code == "invalid-token"
    assert answer.headers["www-authenticate"] == 'Bearer realm="tenantry"'


def test_token_of_a_megabyte_is_refused(service: HttpService, holder: Owner) -> None:
    assert 400 <= service.get(holder.path, token="a" * MEGABYTE).status < 500
    assert service.get(holder.path, token=holder.token).status == 200
