"""`tenantry doctor --stack` finds nothing wrong with a stack that has just been deployed."""

import json

import pytest

from local.deployment import STACK_NAME
from local.ministack import REGION
from tests.e2e.deployment import Deployment
from tests.support import library
from tests.support.command_line import tenantry


def test_functions_and_layer_fit_together(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {
        "AWS_ENDPOINT_URL": deployment.aws.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "MONGODB_URI": deployment.stack.mongodb_uri,
        "MASTER_DATABASE": deployment.stack.master_database,
        "TENANT_DATABASE": deployment.stack.tenant_database,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with library.fresh_process():
        findings = json.loads(tenantry("doctor", "--stack", STACK_NAME, "--json").stdout)["findings"]
    of_stack = findings[[finding["check"] for finding in findings].index(f"stack {STACK_NAME}") :]
    assert {finding["level"] for finding in of_stack} == {"ok"}, of_stack
    (content,) = [finding for finding in of_stack if finding["check"].startswith("layer ")]
    assert content["found"].startswith("built for python3.13 on ")
