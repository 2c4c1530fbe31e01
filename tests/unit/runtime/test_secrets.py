import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from mypy_boto3_secretsmanager import SecretsManagerClient

from tenantry.errors import ServiceUnavailable
from tenantry.runtime import process, secrets
from tenantry.runtime.secrets import read_secret
from tests.support.secrets_extension import SecretsExtension, running_extension

VALUE = "mongodb://user:pass@example.com/"
SESSION_TOKEN = "token of this execution environment"


@pytest.fixture
def arn(secrets_manager: SecretsManagerClient) -> str:
    return secrets_manager.create_secret(Name="mongodb", SecretString=VALUE)["ARN"]


@pytest.fixture
def stored() -> dict[str, str]:
    return {"arn:aws:x:y/z+1": VALUE}


@pytest.fixture
def extension(stored: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretsExtension]:
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION_TOKEN)
    with running_extension(stored, SESSION_TOKEN) as extension:
        monkeypatch.setenv("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", str(extension.server_port))
        yield extension


def test_a_secret_is_read_by_its_arn_or_name(arn: str) -> None:
    assert read_secret(arn) == read_secret("mongodb") == VALUE


def test_a_secret_is_kept_for_a_while(arn: str, secrets_manager: SecretsManagerClient) -> None:
    read_secret(arn)
    secrets_manager.put_secret_value(SecretId=arn, SecretString="changed")
    assert read_secret(arn) == VALUE
    assert read_secret(arn, max_age=0) == "changed"
    assert read_secret(arn) == "changed"
    assert secrets.CACHE_SECONDS <= 300


def test_only_the_current_version_is_read(arn: str, secrets_manager: SecretsManagerClient) -> None:
    secrets_manager.put_secret_value(SecretId=arn, SecretString="pending", VersionStages=["AWSPENDING"])
    assert read_secret(arn) == VALUE


@pytest.mark.usefixtures("secrets_manager")
@pytest.mark.parametrize("name", ["missing", "arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf"])
def test_a_secret_that_cannot_be_read_makes_the_service_unavailable(name: str) -> None:
    with pytest.raises(ServiceUnavailable) as caught:
        read_secret(name)
    assert caught.value.__cause__ is not None
    assert name not in caught.value.detail


def test_a_failure_is_not_kept(secrets_manager: SecretsManagerClient) -> None:
    with pytest.raises(ServiceUnavailable):
        read_secret("mongodb")
    secrets_manager.create_secret(Name="mongodb", SecretString=VALUE)
    assert read_secret("mongodb") == VALUE


def test_what_is_forgotten_is_read_again(arn: str, secrets_manager: SecretsManagerClient) -> None:
    assert read_secret(arn) == VALUE
    client = secrets.client()
    secrets_manager.put_secret_value(SecretId=arn, SecretString="changed")
    process.forget()
    assert read_secret(arn) == "changed"
    assert secrets.client() is not client


def test_extension_gives_a_secret_without_boto3(
    extension: SecretsExtension, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "_ask_service", None)
    assert read_secret("arn:aws:x:y/z+1") == read_secret("arn:aws:x:y/z+1") == VALUE
    assert extension.asked == ["arn:aws:x:y/z+1"]


def test_copy_of_what_the_extension_gave_is_refreshed(
    extension: SecretsExtension, stored: dict[str, str]
) -> None:
    read_secret("arn:aws:x:y/z+1")
    stored["arn:aws:x:y/z+1"] = "changed"
    assert read_secret("arn:aws:x:y/z+1") == VALUE
    assert read_secret("arn:aws:x:y/z+1", max_age=0) == "changed"


@pytest.mark.parametrize("variable", ["AWS_SESSION_TOKEN", "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"])
def test_boto3_is_asked_where_the_extension_cannot_tell(
    arn: str, extension: SecretsExtension, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_secret(arn) == VALUE  # the extension knows no such secret
    process.forget()
    monkeypatch.setenv(variable, "1")  # it refuses the token, or there is nobody at the port
    assert read_secret(arn) == VALUE


@pytest.mark.usefixtures("secrets_manager")
def test_one_client_serves_the_process_and_fails_within_seconds() -> None:
    config: Any = secrets.client().meta.config
    assert secrets.client() is secrets.client()
    assert (config.connect_timeout, config.read_timeout) == (2, 3)
    assert config.retries == {"mode": "standard", "total_max_attempts": 2}


def test_boto3_is_loaded_only_for_a_secret() -> None:
    code = (
        "import sys, tenantry.http, tenantry.lifecycle.creating, tenantry.identity.logins.login;"
        "import tenantry.identity.authentication;"
        "sys.exit('boto3' in sys.modules or 'zxcvbn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, check=False)
    assert done.returncode == 0
