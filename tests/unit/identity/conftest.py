"""A signing key, and an account that logs in."""

import pytest
from mypy_boto3_secretsmanager import SecretsManagerClient

from tenantry.identity import accounts
from tenantry.identity.passwords import hash_password
from tests.unit.identity.ada import EMAIL, PASSWORD, Master, add_organization
from tests.unit.identity.jose import KEY


@pytest.fixture
def signing_key(secrets_manager: SecretsManagerClient, monkeypatch: pytest.MonkeyPatch) -> str:
    arn = secrets_manager.create_secret(Name="signing-key", SecretString=KEY.to_json())["ARN"]
    monkeypatch.setenv("SIGNING_KEY_SECRET_ARN", arn)
    return arn


@pytest.fixture
def account_id(master: Master) -> str:
    """Ada's account, with one organization."""
    account = accounts.create_document(EMAIL, hash_password(PASSWORD))
    master["accounts"].insert_one(dict(account))
    add_organization(master, account["_id"], "Google", "google")
    return account["_id"]
