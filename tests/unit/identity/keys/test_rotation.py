import io
import json
import uuid
from datetime import timedelta
from typing import Any, Literal

import pytest
from mypy_boto3_secretsmanager import SecretsManagerClient
from pymongo.database import Database

from tenantry.errors import InvalidToken
from tenantry.identity import tokens
from tenantry.identity.keys import public_keys
from tenantry.identity.keys.rotation import RETIRED_AFTER, RotationEvent, rotate
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.runtime import moments, secrets

STEPS: tuple[Literal["createSecret", "setSecret", "testSecret", "finishSecret"], ...] = (
    "createSecret",
    "setSecret",
    "testSecret",
    "finishSecret",
)
Master = Database[dict[str, Any]]


@pytest.fixture
def arn(secrets_manager: SecretsManagerClient, master: Master) -> str:
    """The secret as the first deployment leaves it: a generated string, no key."""
    return secrets_manager.create_secret(Name="signing-key", SecretString="placeholder")["ARN"]


def step(name: Any, arn: str, version: str) -> None:
    rotate(RotationEvent(Step=name, SecretId=arn, ClientRequestToken=version))


def rotated(arn: str) -> str:
    """Rotate as Secrets Manager does; return the version."""
    version = str(uuid.uuid4())
    for name in STEPS:
        step(name, arn, version)
    return version


def key_at(arn: str, stage: str) -> SigningKey:
    value = secrets.client().get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"]
    return SigningKey.from_json(value)


def current_version(arn: str) -> str:
    return secrets.client().get_secret_value(SecretId=arn, VersionStage="AWSCURRENT")["VersionId"]


def versions(arn: str) -> dict[str, tuple[list[str], str]]:
    """Every version with its stages and its value."""
    stages = secrets.client().describe_secret(SecretId=arn)["VersionIdsToStages"]
    return {
        version: (names, secrets.client().get_secret_value(SecretId=arn, VersionId=version)["SecretString"])
        for version, names in stages.items()
    }


def published(master: Master) -> dict[str, Any]:
    return {key["_id"]: key for key in master["signing_keys"].find()}


def test_the_first_rotation_makes_the_first_key(arn: str, master: Master) -> None:
    version = rotated(arn)
    key = key_at(arn, "AWSCURRENT")
    assert current_version(arn) == version
    assert {kid: document["jwk"] for kid, document in published(master).items()} == {key.kid: key.public_jwk}


def test_the_next_rotation_replaces_it_and_its_tokens_stay_valid(arn: str, master: Master) -> None:
    rotated(arn)
    first = key_at(arn, "AWSCURRENT")
    before = moments.now()
    token = tokens.issue(
        first, session_id="s", account_id="a", organization=None, epoch=0, authenticated_at=before
    )
    rotated(arn)
    second = key_at(arn, "AWSCURRENT")
    assert first.kid != second.kid
    assert key_at(arn, "AWSPREVIOUS") == first
    assert "not_after" not in published(master)[second.kid]
    assert published(master)[first.kid]["not_after"] >= before + RETIRED_AFTER
    assert tokens.verify(token, public_keys.find_key).sub == "a"


def test_a_retired_key_outlives_every_token_it_may_have_signed() -> None:
    cached_by_logins = timedelta(seconds=secrets.CACHE_SECONDS)
    lived_out = timedelta(seconds=tokens.LIFETIME_SECONDS + tokens.CLOCK_SKEW_SECONDS)
    assert cached_by_logins + lived_out < RETIRED_AFTER


@pytest.mark.parametrize("repeated", STEPS)
def test_every_step_can_be_repeated(repeated: str, arn: str, master: Master) -> None:
    rotated(arn)
    version = str(uuid.uuid4())
    for name in STEPS:
        step(name, arn, version)
        if name == repeated:
            before = (published(master), versions(arn))
            step(name, arn, version)
            assert (published(master), versions(arn)) == before
    assert len(published(master)) == 2
    assert current_version(arn) == version


def test_a_broken_pending_version_is_replaced(arn: str, secrets_manager: SecretsManagerClient) -> None:
    secrets_manager.put_secret_value(
        SecretId=arn, ClientRequestToken=str(uuid.uuid4()), SecretString="{}", VersionStages=["AWSPENDING"]
    )
    version = rotated(arn)
    assert current_version(arn) == version
    assert key_at(arn, "AWSCURRENT").kid


def test_the_pending_key_signs_nothing_before_it_is_published(arn: str) -> None:
    version = str(uuid.uuid4())
    step("createSecret", arn, version)
    with pytest.raises(InvalidToken):
        step("testSecret", arn, version)
    assert secrets.read_secret(arn) == "placeholder"


def test_the_current_key_goes_on_signing_until_the_last_step(arn: str) -> None:
    rotated(arn)
    current = key_at(arn, "AWSCURRENT")
    version = str(uuid.uuid4())
    for name in STEPS[:-1]:
        step(name, arn, version)
        assert key_at(arn, "AWSCURRENT") == current
    assert key_at(arn, "AWSPENDING") != current


@pytest.mark.parametrize("name", ["setSecret", "testSecret", "finishSecret"])
def test_a_step_without_a_pending_version_fails_and_changes_nothing(
    name: str, arn: str, master: Master
) -> None:
    with pytest.raises(secrets.client().exceptions.ResourceNotFoundException):
        step(name, arn, str(uuid.uuid4()))
    assert published(master) == {}
    assert secrets.read_secret(arn) == "placeholder"


def test_an_unknown_step_fails(arn: str) -> None:
    with pytest.raises(KeyError):
        step("dropSecret", arn, str(uuid.uuid4()))


def test_no_private_key_leaves_the_secret(arn: str, master: Master, log: io.StringIO) -> None:
    rotated(arn)
    key = key_at(arn, "AWSCURRENT")
    assert key.private_key["d"] not in log.getvalue() + json.dumps(published(master), default=str)
    assert [json.loads(line)["step"] for line in log.getvalue().splitlines()] == list(STEPS)
