import io
import json
from datetime import timedelta
from typing import Any

import pytest
from mypy_boto3_secretsmanager import SecretsManagerClient
from passlib.hash import pbkdf2_sha256

from tenantry.errors import (
    InvalidCredentials,
    OrganizationRequired,
    ServiceUnavailable,
    TooManyRequests,
)
from tenantry.identity import throttling, tokens
from tenantry.identity.keys import public_keys
from tenantry.identity.logins.login import login
from tenantry.runtime import moments
from tests.unit.identity.ada import EMAIL, PASSWORD, Master, add_organization, counted, epoch_of, stored
from tests.unit.identity.jose import KEY

OTHER_PASSWORD = "another horse battery staple"

pytestmark = pytest.mark.usefixtures("few_rounds", "signing_key")


def test_a_login_gives_a_token_for_the_organization(account_id: str, kdf_calls: list[int]) -> None:
    session = login(EMAIL, PASSWORD, None)
    public_keys.publish(KEY.public_jwk)
    claims = tokens.verify(session.access_token, public_keys.find_key)
    assert (claims.sub, claims.org, claims.role, claims.epoch) == (account_id, "google", "owner", 0)
    assert session.organization is not None
    assert claims.org_id == session.organization["_id"]
    assert len(kdf_calls) == 1
    assert "LoginSucceeded" in counted()


def test_an_unknown_address_and_a_wrong_password_are_refused_alike(
    account_id: str, kdf_calls: list[int]
) -> None:
    refusals = []
    for email, password, organization in (
        ("grace@example.com", PASSWORD, None),
        (EMAIL, OTHER_PASSWORD, None),
        (EMAIL, "", None),
        (EMAIL, PASSWORD, "amazon"),
        (EMAIL, PASSWORD, "org_0"),
        (EMAIL, OTHER_PASSWORD, "google"),
        ("grace@example.com", PASSWORD, "google"),
    ):
        kdf_calls.clear()
        with pytest.raises(InvalidCredentials) as caught:
            login(email, password, organization)
        assert len(kdf_calls) == 1, (email, password, organization)
        refusals.append((caught.value.detail, caught.value.headers, caught.value.extensions))
    assert refusals == [refusals[0]] * 7
    assert "LoginFailed" in counted()


@pytest.mark.parametrize(
    "password_hash",
    [
        "", "x", "$pbkdf2-sha256$10$AAAA$AAAA", "$2b$12$" + "A" * 53, None, 5, {"$gt": ""},
        "$pbkdf2-sha256$4294967295$" + "A" * 22 + "$" + "A" * 43,
    ],
)  # fmt: skip
def test_a_corrupt_hash_is_refused_alike_and_reported(
    password_hash: Any, account_id: str, master: Master, kdf_calls: list[int], log: io.StringIO
) -> None:
    master["accounts"].update_one({}, {"$set": {"password_hash": password_hash}})
    kdf_calls.clear()
    with pytest.raises(InvalidCredentials):
        login(EMAIL, PASSWORD, None)
    assert len(kdf_calls) == 1
    (line,) = [json.loads(line) for line in log.getvalue().splitlines() if '"ERROR"' in line]
    assert line["account_id"] == account_id
    assert len(str(password_hash)) < 10 or str(password_hash) not in log.getvalue()


def test_an_account_without_organization_gets_a_token_for_none(
    account_id: str, master: Master, kdf_calls: list[int]
) -> None:
    master["members"].delete_many({})
    kdf_calls.clear()
    issued = login(EMAIL, PASSWORD, None)
    public_keys.publish(KEY.public_jwk)
    claims = tokens.verify(issued.access_token, public_keys.find_key)
    assert (claims.sub, claims.org_id, issued.organization) == (account_id, None, None)
    assert len(kdf_calls) == 1
    with pytest.raises(InvalidCredentials):
        login(EMAIL, PASSWORD, "google")


def test_an_organization_that_is_being_deleted_cannot_be_entered(account_id: str, master: Master) -> None:
    master["organizations"].update_one({}, {"$set": {"state": "deleting"}})
    with pytest.raises(InvalidCredentials):
        login(EMAIL, PASSWORD, "google")
    assert login(EMAIL, PASSWORD, None).organization is None


def test_with_several_organizations_one_has_to_be_named(
    account_id: str, master: Master, kdf_calls: list[int]
) -> None:
    amazon = add_organization(master, account_id, "Amazon", "amazon")
    kdf_calls.clear()
    with pytest.raises(OrganizationRequired) as caught:
        login(EMAIL, PASSWORD, None)
    assert len(kdf_calls) == 1
    listed = caught.value.extensions["organizations"]
    assert [organization["slug"] for organization in listed] == ["amazon", "google"]
    assert listed[0] == {"id": amazon, "slug": "amazon", "name": "Amazon"}
    for name in ("amazon", amazon):
        kdf_calls.clear()
        organization = login(EMAIL, PASSWORD, name).organization
        assert organization is not None
        assert organization["_id"] == amazon
        assert len(kdf_calls) == 1


def test_organizations_are_not_listed_without_the_password(account_id: str, master: Master) -> None:
    add_organization(master, account_id, "Amazon", "amazon")
    with pytest.raises(InvalidCredentials) as caught:
        login(EMAIL, OTHER_PASSWORD, None)
    assert caught.value.extensions == {}


def test_during_a_pause_nothing_is_verified(account_id: str, master: Master, kdf_calls: list[int]) -> None:
    throttling.of_stranger(EMAIL).begin()
    master["login_attempts"].update_one({}, {"$set": {"blocked_until": moments.now() + timedelta(minutes=1)}})
    kdf_calls.clear()
    with pytest.raises(TooManyRequests):
        login(EMAIL, PASSWORD, None)
    assert kdf_calls == []


def test_failures_are_counted_until_a_success(account_id: str, master: Master) -> None:
    for _ in range(3):
        with pytest.raises(InvalidCredentials):
            login(EMAIL, OTHER_PASSWORD, None)
    (attempts,) = master["login_attempts"].find()
    assert attempts["failures"] == 3
    login(EMAIL, PASSWORD, None)
    (attempts,) = master["login_attempts"].find()
    assert attempts["failures"] == 0


def test_a_weak_hash_is_replaced_and_tokens_stay_valid(account_id: str, master: Master) -> None:
    weak = pbkdf2_sha256.using(rounds=5).hash(PASSWORD)
    master["accounts"].update_one({}, {"$set": {"password_hash": weak}})
    assert epoch_of(login(EMAIL, PASSWORD, None).access_token) == 0
    strong = stored(master)["password_hash"]
    assert strong.startswith("$pbkdf2-sha256$10$")
    assert stored(master)["auth_epoch"] == 0
    login(EMAIL, PASSWORD, None)
    assert stored(master)["password_hash"] == strong


def test_nothing_secret_is_logged(account_id: str, log: io.StringIO) -> None:
    token = login(EMAIL, PASSWORD, None).access_token
    with pytest.raises(InvalidCredentials):
        login(EMAIL, OTHER_PASSWORD, None)
    assert '"Login refused"' in log.getvalue()
    for secret in (PASSWORD, OTHER_PASSWORD, EMAIL, token.split(".")[2], KEY.private_key["d"]):
        assert secret not in log.getvalue()


def test_before_the_first_rotation_the_service_is_unavailable(
    account_id: str, signing_key: str, secrets_manager: SecretsManagerClient
) -> None:
    secrets_manager.put_secret_value(SecretId=signing_key, SecretString="placeholder")
    with pytest.raises(ServiceUnavailable, match="No signing key"):
        login(EMAIL, PASSWORD, None)
    secrets_manager.put_secret_value(SecretId=signing_key, SecretString=KEY.to_json())
    assert login(EMAIL, PASSWORD, None).access_token
