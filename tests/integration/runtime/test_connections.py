"""The connections of an execution environment: few, and no more after many invocations."""

import pytest
from pymongo import MongoClient

from tenantry.runtime import clients
from tests.support import connections
from tests.support.databases import Document, failing
from tests.support.owners import Owner, log_in
from tests.support.waiting import wait_until

MONITORING = 2  # of a client outside of Lambda, where the driver streams; polling takes one
INVOCATIONS = 25
NOTICED_SECONDS = 10.0


def test_invocations_leave_no_connection_behind(owner: Owner, server_client: MongoClient[Document]) -> None:
    for _ in range(INVOCATIONS):
        invoke(owner)
    check_connections(server_client)


@pytest.mark.parametrize("command", ["aggregate", "commitTransaction"])
def test_lost_connections_are_replaced_one_by_one(
    owner: Owner, server_client: MongoClient[Document], command: str
) -> None:
    for _ in range(3):
        with failing(server_client, command, times=3, closeConnection=True):
            owner.service.get(owner.path, token=owner.token)
            owner.service.post(f"{owner.path}/documents", {"text": "hello"}, token=owner.token)
    invoke(owner)
    check_connections(server_client)


def check_connections(server_client: MongoClient[Document]) -> None:
    """Check that few are held, once the server has noticed which ones have been closed."""
    expected = range(1 + MONITORING, clients.MAX_POOL_SIZE + MONITORING + 1)
    wait_until(lambda: connections.of_application(server_client, "tenantry") in expected, NOTICED_SECONDS)


def invoke(owner: Owner) -> None:
    """Send requests that read, that write in a transaction, and that are refused."""
    documents = f"{owner.path}/documents"
    assert owner.service.get(owner.path, token=owner.token).status == 200
    assert owner.service.post(documents, {"text": "hello"}, token=owner.token).status == 201
    assert owner.service.get(f"{documents}/nothing", token=owner.token).status == 404
    assert log_in(owner.service, owner.email)
