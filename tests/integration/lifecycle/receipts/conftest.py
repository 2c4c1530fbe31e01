"""The secret that the key of receipts is derived from."""

import uuid

import boto3
import pytest

from tenantry.runtime.settings import settings
from tests.support.databases import Databases


@pytest.fixture
def receipt_key(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> str:
    """ARN of a secret as CloudFormation makes it, which is configured."""
    client = boto3.client("secretsmanager")
    password = client.get_random_password(PasswordLength=64, ExcludePunctuation=True)["RandomPassword"]
    arn: str = client.create_secret(Name=f"receipts-{uuid.uuid4().hex}", SecretString=password)["ARN"]
    monkeypatch.setenv("RECEIPT_KEY_SECRET_ARN", arn)
    settings.cache_clear()
    return arn
