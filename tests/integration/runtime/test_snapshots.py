"""With SnapStart, execution environments that are restored from one snapshot share nothing."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tenantry.identity.keys import public_keys
from tenantry.identity.keys.signing_key import SigningKey
from tests.contract.sam_template import PROJECT
from tests.support.databases import Databases
from tests.support.secrets_extension import running_extension

SESSION_TOKEN = "token of this execution environment"


@pytest.fixture
def made(databases: Databases) -> list[dict[str, Any]]:
    """What was made before a snapshot, and in two environments that were restored from it."""
    key = SigningKey.generate()
    public_keys.publish(key.public_jwk)
    secrets = {"mongodb": databases.uri, "signing-key": key.to_json()}
    with running_extension(secrets, SESSION_TOKEN) as extension:
        variables = {
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            "AWS_SESSION_TOKEN": SESSION_TOKEN,
            "MASTER_DATABASE": databases.master.name,
            "MONGODB_URI_SECRET_ARN": "mongodb",
            "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(extension.server_port),
            "POWERTOOLS_METRICS_NAMESPACE": "Tenantry",
            "PYTHONPATH": os.pathsep.join([str(PROJECT / "layers/common/python"), str(PROJECT)]),
            "SIGNING_KEY_SECRET_ARN": "signing-key",
            "TENANT_DATABASE": databases.tenants.name,
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "tests.support.snapshot"],
            env=variables,
            check=True,
            stdout=subprocess.PIPE,
        )
        # The secrets that were read before the snapshot are not in it.
        assert extension.asked == ["mongodb", *["mongodb", "signing-key"] * 2]
    return list(json.loads(done.stdout.splitlines()[-1]))


def test_restored_environments_make_ids_tokens_and_connections_of_their_own(
    made: list[dict[str, Any]], databases: Databases
) -> None:
    before, first, second = made
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] == second[name]] == []
    assert before["connection"] not in {first["connection"], second["connection"]}
    databases.check_invariants()
