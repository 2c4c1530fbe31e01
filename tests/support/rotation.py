"""Secrets Manager's part in the rotation of the signing key."""

import json
import uuid
from typing import TYPE_CHECKING, Final, cast

from tests.support.service import LambdaContext, handler

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

STEPS: Final = ("createSecret", "setSecret", "testSecret", "finishSecret")


class SigningKeySecret:
    """The secret of the signing key; it starts with a placeholder, as the template makes it.

    Parameters
    ----------
    client
        Secrets Manager's client.
    name
        Name of the secret to create.
    """

    def __init__(self, client: "SecretsManagerClient", name: str) -> None:
        self.client = client
        self.arn = client.create_secret(Name=name, SecretString="placeholder")["ARN"]

    @property
    def current(self) -> str:
        """The current version's string."""
        version = self.client.get_secret_value(SecretId=self.arn, VersionStage="AWSCURRENT")
        return version["SecretString"]

    @property
    def key_id(self) -> str:
        return cast("str", json.loads(self.current)["kid"])

    def rotate(self, version: str | None = None, steps: tuple[str, ...] = STEPS) -> str:
        """Ask the rotation function for the steps and return the version they make."""
        version = version or str(uuid.uuid4())
        for step in steps:
            event = {"Step": step, "SecretId": self.arn, "ClientRequestToken": version}
            handler("rotate_signing_key")(event, LambdaContext("rotate_signing_key"))
        return version
