"""What the OpenAPI document allows and forbids is answered as it says by the deployed stack as well.

Each request takes it some 50 ms, so here are few; tests/integration has the same with many.
"""

from pathlib import Path
from typing import Final

import pytest

from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService
from tests.integration.tenants.isolation.tenants import Tenant, create_tenant, snapshot
from tests.openapi import command
from tests.support import library
from tests.support.databases import Databases

EXAMPLES: Final = {"fuzzing": 1, command.STATEFUL: 2}


@pytest.fixture
def peer(service: HttpService, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    with library.using(databases, monkeypatch):
        return create_tenant(service, databases)


@pytest.mark.timeout(command.TIMEOUT_SECONDS)
@pytest.mark.parametrize("phases", EXAMPLES)
def test_deployed_operations_do_what_the_document_says(
    deployment: Deployment, peer: Tenant, databases: Databases, tmp_path: Path, phases: str
) -> None:
    before = snapshot(databases, peer)
    wrong = command.failures(deployment.stack.api_url, peer, EXAMPLES[phases], phases, tmp_path)
    assert not wrong, wrong
    assert snapshot(databases, peer) == before
