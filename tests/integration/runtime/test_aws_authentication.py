"""Functions may prove by their IAM role who they are; Atlas takes that, the server of the tests does not."""

import pytest
from pymongo.errors import OperationFailure

from tenantry.runtime import mongodb, process
from tests.support.databases import Databases


def test_driver_offers_the_credentials_of_the_function(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = f"{databases.uri}&authSource=%24external&authMechanism=MONGODB-AWS"
    monkeypatch.setenv("MONGODB_URI", uri)
    process.forget()
    with pytest.raises(OperationFailure, match="mechanism MONGODB-AWS which is"):
        mongodb.ping()
