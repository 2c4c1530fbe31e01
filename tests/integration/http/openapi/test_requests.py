"""What the OpenAPI document allows and forbids is answered as it says, and reaches no other tenant."""

from pathlib import Path

import pytest

from tests.integration.kinds import KINDS, place
from tests.integration.tenants.isolation.tenants import create_tenant, snapshot
from tests.openapi import command
from tests.support.databases import Databases
from tests.support.gateway import serving
from tests.support.service import Service

EXAMPLES = {command.SINGLE: 2, command.STATEFUL: 15}


@pytest.mark.usefixtures("mailbox")
@pytest.mark.timeout(command.TIMEOUT_SECONDS)
@pytest.mark.parametrize("phases", EXAMPLES)
def test_every_operation_does_what_the_document_says(
    service: Service, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phases: str
) -> None:
    for kind in reversed(KINDS):  # so that the operator may ask for either
        place(kind, monkeypatch)
    peer = create_tenant(service, databases)
    before = snapshot(databases, peer)
    with serving() as api_url:
        wrong = command.failures(api_url, peer, EXAMPLES[phases], phases, tmp_path)
    assert not wrong, wrong
    assert snapshot(databases, peer) == before
    assert len(databases.collections()) > 1  # Schemathesis has got somewhere
