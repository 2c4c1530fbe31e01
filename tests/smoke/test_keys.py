"""The keys that sign access tokens are published, young, and few."""

import os
import time
from typing import Any, Final

import pytest
from cryptography.exceptions import InvalidSignature

from tests.e2e import jose
from tests.smoke.api import ISSUER, KEY_SET, Api
from tests.smoke.throw_aways import ThrowAway

ROTATION_DAYS: Final = int(os.environ.get("SIGNING_KEY_ROTATION_DAYS", "30"))
# Secrets Manager rotates at any time of the day:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
MARGIN_DAYS: Final = 1
DAY_SECONDS: Final = 24 * 60 * 60
# Logins sign with a key for so long after another one has been published.
OVERLAP_SECONDS: Final = 30 * 60


@pytest.fixture(scope="module")
def keys(api: Api) -> list[dict[str, Any]]:
    """The published keys, the newest first."""
    published = api.get(KEY_SET).expect(200).json["keys"]
    assert published, "There is no key: look at the log of rotate_signing_key, and rotate the secret."
    assert all("iat" in key for key in published), "The keys do not say when they were published."
    return sorted(published, key=lambda key: key["iat"], reverse=True)


def test_token_is_signed_with_a_published_key(tenant: ThrowAway, keys: list[dict[str, Any]]) -> None:
    """A token verifies with a published key alone, and lasts 15 minutes."""
    kid = jose.header_of(tenant.token)["kid"]
    key = next((key for key in keys if key["kid"] == kid), None)
    assert key is not None, f"The key {kid}, which signs, is not published."
    try:
        jose.verify(tenant.token, key)
    except InvalidSignature:
        pytest.fail(f"The published key {kid} does not verify the token.")
    claims = jose.claims_of(tenant.token)
    assert claims["exp"] - claims["iat"] == 900, f"The token lasts {claims['exp'] - claims['iat']} s."
    assert abs(claims["iat"] - time.time()) < 60, "The token was not issued now: the clocks do not agree."


def test_issuer(api: Api, tenant: ThrowAway) -> None:
    """The document about the issuer names that of the tokens, and where the keys are."""
    metadata = api.get(ISSUER).expect(200).json
    issuer = jose.claims_of(tenant.token)["iss"]
    assert metadata["issuer"] == issuer, f"It names {metadata['issuer']}, but tokens are of {issuer}."
    assert metadata["jwks_uri"].endswith(KEY_SET), f"The keys are not at {metadata['jwks_uri']}."


def test_private_halves_stay_private(keys: list[dict[str, Any]]) -> None:
    """No published key holds its private half."""
    assert [key["kid"] for key in keys if "d" in key] == [], "The key set holds private keys: revoke them."


def test_newest_key_is_young(keys: list[dict[str, Any]]) -> None:
    """The newest key is no older than the rotation takes (SIGNING_KEY_ROTATION_DAYS, 30)."""
    age = (time.time() - keys[0]["iat"]) / DAY_SECONDS
    assert age <= ROTATION_DAYS + MARGIN_DAYS, (
        f"It is {age:.0f} days old: look at the log of rotate_signing_key, and rotate the secret."
    )


def test_earlier_keys_end(tenant: ThrowAway, keys: list[dict[str, Any]]) -> None:
    """Keys before the newest one are gone half an hour after it has come."""
    if time.time() - keys[0]["iat"] < OVERLAP_SECONDS:
        pytest.skip("the newest key is younger than that")
    earlier = [key["kid"] for key in keys[1:]]
    assert earlier == [], f"{', '.join(earlier)} still verify: look at the log of rotate_signing_key."
    assert jose.header_of(tenant.token)["kid"] == keys[0]["kid"], "The newest key does not sign."
