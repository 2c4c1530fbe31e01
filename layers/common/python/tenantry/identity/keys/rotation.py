"""Rotation of the signing key, in the four steps that Secrets Manager asks for.

The public half is published before the private half signs anything, and the key before it stays published
until the last token that it may have signed has expired. Every step can be repeated until another rotation
has begun, for then the public half may have been given an end.
"""

from datetime import timedelta
from typing import Final, Literal, TypedDict

from tenantry.identity import tokens
from tenantry.identity.keys import public_keys
from tenantry.identity.keys.signing_key import InvalidSigningKey, SigningKey
from tenantry.runtime import moments, secrets
from tenantry.runtime.observability import count, logger

# Logins may sign with a cached key for as long as they keep secrets; its tokens then live out their time.
RETIRED_AFTER: Final = timedelta(
    seconds=secrets.CACHE_SECONDS + tokens.LIFETIME_SECONDS + tokens.CLOCK_SKEW_SECONDS + 60
)


class RotationEvent(TypedDict):
    """What Secrets Manager sends to a rotation function."""

    Step: Literal["createSecret", "setSecret", "testSecret", "finishSecret"]
    SecretId: str
    ClientRequestToken: str


def rotate(event: RotationEvent) -> None:
    """Do one step of a rotation.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html

    Raises
    ------
    Exception
        The step failed; Secrets Manager repeats the rotation later, and the current key goes on signing. A
        RuntimeError says so if the master database belongs to another issuer.
    """
    steps = {"createSecret": _create, "setSecret": _publish, "testSecret": _test, "finishSecret": _finish}
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])
    count("RotationSteps")
    logger.info("Rotation step done", step=event["Step"])


def _create(secret_id: str, version_id: str) -> None:
    """Store a fresh key as the pending version, unless an earlier try has."""
    try:
        _pending_key(secret_id, version_id)
    except (secrets.client().exceptions.ResourceNotFoundException, InvalidSigningKey):
        secrets.client().put_secret_value(
            SecretId=secret_id,
            ClientRequestToken=version_id,
            SecretString=SigningKey.generate().to_json(),
            VersionStages=["AWSPENDING"],
        )


def _publish(secret_id: str, version_id: str) -> None:
    public_keys.publish(_pending_key(secret_id, version_id).public_jwk, _current_key_id(secret_id))


def _test(secret_id: str, version_id: str) -> None:
    """Sign a token with the private half and verify it with the published one."""
    key = _pending_key(secret_id, version_id)
    token = tokens.issue(
        key,
        session_id="test",
        account_id="test",
        organization=None,
        epoch=0,
        authenticated_at=moments.now(),
    )
    tokens.verify(token, public_keys.find_key)


def _finish(secret_id: str, version_id: str) -> None:
    key = _pending_key(secret_id, version_id)
    stages = secrets.client().describe_secret(SecretId=secret_id)["VersionIdsToStages"]
    current = next((version for version, names in stages.items() if "AWSCURRENT" in names), None)
    if current != version_id:
        moved_from = {"RemoveFromVersionId": current} if current else {}
        secrets.client().update_secret_version_stage(
            SecretId=secret_id, VersionStage="AWSCURRENT", MoveToVersionId=version_id, **moved_from
        )
    public_keys.retire_all_but(key.kid, RETIRED_AFTER)


def _current_key_id(secret_id: str) -> str | None:
    """Return the id of the key that signs at the moment; None before the first rotation."""
    version = secrets.client().get_secret_value(SecretId=secret_id, VersionStage="AWSCURRENT")
    try:
        return SigningKey.from_json(version["SecretString"]).kid
    except InvalidSigningKey:
        return None


def _pending_key(secret_id: str, version_id: str) -> SigningKey:
    """Return the key of the rotation that is under way, or has just been finished by an earlier try."""
    version = secrets.client().get_secret_value(SecretId=secret_id, VersionId=version_id)
    if not {"AWSPENDING", "AWSCURRENT"}.intersection(version.get("VersionStages", ())):
        raise RuntimeError("Another rotation has begun since")
    return SigningKey.from_json(version["SecretString"])
