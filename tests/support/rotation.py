"""Secrets Manager's part in the rotation of the signing key."""

import json
import uuid
from typing import TYPE_CHECKING, Final, cast

import pytest

from tenantry.identity.keys import public_keys
from tests.support.databases import Databases, Document, in_one_wait
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
    string
        Its string.
    """

    def __init__(self, client: "SecretsManagerClient", name: str, string: str = "placeholder") -> None:
        self.client = client
        self.arn = client.create_secret(Name=name, SecretString=string)["ARN"]
        self.rotations = 0  # that have begun

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
        self.rotations += 1
        version = version or str(uuid.uuid4())
        for step in steps:
            event = {"Step": step, "SecretId": self.arn, "ClientRequestToken": version}
            handler("rotate_signing_key")(event, LambdaContext("rotate_signing_key"))
        return version


class FirstRotation:
    """What the first rotation of a signing key leaves behind, which takes longer to do than many tests.

    It is done once. The tests after the first one get its documents, and its secret as long as none of them
    rotates it again.
    """

    def __init__(self, client: "SecretsManagerClient") -> None:
        self._client = client
        self._secret: SigningKeySecret | None = None
        self._string = ""
        self._documents: dict[str, list[Document]] = {}

    def secret(self, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> SigningKeySecret:
        """Return the secret of the signing key, whose public half the databases hold."""
        secret = self._secret
        if secret is None or secret.rotations > 0:
            name = f"signing-key-{uuid.uuid4().hex}"
            secret = self._secret = SigningKeySecret(self._client, name, self._string or "placeholder")
        monkeypatch.setenv("SIGNING_KEY_SECRET_ARN", secret.arn)
        if self._string:
            for collection in in_one_wait([databases.master[name] for name in self._documents]):
                collection.insert_many(self._documents[collection.name])
            public_keys.find_key(json.loads(self._string)["kid"])  # as the process knows it after a rotation
        else:
            self._rotate(secret, databases)
        return secret

    def _rotate(self, secret: SigningKeySecret, databases: Databases) -> None:
        before = _all_documents(databases)  # a pool, if the first test has one
        secret.rotate()
        secret.rotations = 0
        self._string = secret.current
        after = _all_documents(databases)
        self._documents = {name: stored for name, stored in after.items() if name not in before}


def _all_documents(databases: Databases) -> dict[str, list[Document]]:
    stored = databases.master.list_collection_names(filter={"type": "collection"})
    documents = {name: list(databases.master[name].find()) for name in stored if name != "system.views"}
    return {name: found for name, found in documents.items() if found}
