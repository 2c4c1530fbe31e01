"""MongoDB away or failing: 503 in time, no half-done work, and recovery in the same process."""

import io
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from pymongo import MongoClient

from local.mongod import running_mongod
from local.processes import free_port
from tenantry.http import handlers
from tenantry.registry import schema
from tenantry.runtime import clients, moments, process
from tests.support.databases import Databases, Document, failing
from tests.support.directories import data_directory
from tests.support.mongodb import own_mongod
from tests.support.owners import PASSWORD, Owner
from tests.support.service import Answer, Service

SIGN_UP = {"name": "Beta", "email": "owner@beta.example", "password": PASSWORD}
WRITE_CONCERN_FAILED = {"code": 64, "errmsg": "waiting for replication timed out"}
# As MongoDB refuses a commit from 6.1 on.
SHUTTING_DOWN = {"errorCode": 91, "errorLabels": ["RetryableWriteError", "NoWritesPerformed"]}
TIME_LIMIT = 1.0


@pytest.fixture
def short_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give requests less time, so that those which use it up do not hold up the tests."""
    monkeypatch.setattr(handlers, "REQUEST_TIMEOUT_SECONDS", TIME_LIMIT)


@pytest.fixture
def short_transactions(own_server: None, databases: Databases) -> Iterator[None]:
    """Have the server reap transactions that nobody ends after a second instead of a minute."""
    parameter = "transactionLifetimeLimitSeconds"
    set_parameter = partial(databases.client.admin.command, "setParameter", 1)
    set_parameter(**{parameter: 1})
    yield
    set_parameter(**{parameter: 60})


def check_unavailable(answer: Answer) -> None:
    assert (answer.status, answer.code) == (503, "service-unavailable")
    assert int(answer.headers["retry-after"]) > 0


def repeated_until_definite(service: Service, body: Document) -> Answer:
    """Repeat a sign-up as a client does, as long as the service is unavailable."""
    deadline = time.monotonic() + 30
    while True:
        answer = service.post("/organizations", body)
        if answer.status != 503 or time.monotonic() > deadline:
            return answer


def test_nothing_listens_at_the_address(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    service = owner.service
    address = f"mongodb://someone:secretword@127.0.0.1:{free_port()}/?replicaSet=tenantry"
    monkeypatch.setenv("MONGODB_URI", address)
    process.forget()
    started = time.monotonic()
    check_unavailable(service.get("/health"))
    assert time.monotonic() - started < clients.REQUEST_TIMEOUT_SECONDS + 5
    monkeypatch.setattr(handlers, "REQUEST_TIMEOUT_SECONDS", TIME_LIMIT)
    check_unavailable(service.get(owner.path, token=owner.token))
    check_unavailable(service.post("/login", {"email": owner.email, "password": PASSWORD}))
    assert "secretword" not in log.getvalue()
    assert PASSWORD not in log.getvalue()
    assert owner.token not in log.getvalue()


@pytest.fixture
def data() -> Iterator[Path]:
    """Directory for a server's data."""
    with data_directory() as directory:
        yield Path(directory) / "data"


def test_server_that_stops_and_starts_again(
    databases: Databases, service: Service, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary, port = own_mongod(), free_port()
    with running_mongod(binary, data, port) as (_, uri):
        monkeypatch.setenv("MONGODB_URI", uri)
        process.forget()
        assert service.get("/health").status == 200
        assert service.post("/organizations", SIGN_UP).status == 201
    with monkeypatch.context() as patch:
        patch.setattr(handlers, "REQUEST_TIMEOUT_SECONDS", TIME_LIMIT)
        check_unavailable(service.get("/health"))
        check_unavailable(service.post("/organizations", SIGN_UP | {"name": "Gamma"}))
    with running_mongod(binary, data, port), MongoClient[Document](uri) as client:
        assert client.admin.command("ping")
        assert service.get("/health").status == 200
        assert service.post("/organizations", SIGN_UP).code == "organization-exists"
        process.forget()


def test_commit_whose_answer_is_lost_once_is_asked_for_again(service: Service, databases: Databases) -> None:
    with failing(databases.client, "commitTransaction", times=1, closeConnection=True):
        assert service.post("/organizations", SIGN_UP).status == 201
    databases.check_invariants()


@pytest.mark.usefixtures("short_time_limit")
def test_commit_that_happens_without_an_answer_is_found_by_the_repetition(
    service: Service, databases: Databases
) -> None:
    with failing(databases.client, "commitTransaction", writeConcernError=WRITE_CONCERN_FAILED):
        check_unavailable(service.post("/organizations", SIGN_UP))
    answer = service.post("/organizations", SIGN_UP)
    assert (answer.status, answer.code) == (409, "organization-exists")
    login = {"email": SIGN_UP["email"], "password": PASSWORD}
    assert service.post("/login", login).json["organization"]["slug"] == "beta"
    databases.check_invariants()


@pytest.mark.usefixtures("short_time_limit", "short_transactions")
@pytest.mark.parametrize("how", [{"closeConnection": True}, {"errorCode": 91}, SHUTTING_DOWN])
def test_commit_that_never_arrives_leaves_nothing(
    service: Service, databases: Databases, how: Document
) -> None:
    with failing(databases.client, "commitTransaction", **how):
        check_unavailable(service.post("/organizations", SIGN_UP))
    assert repeated_until_definite(service, SIGN_UP).status == 201
    databases.check_invariants()


@pytest.mark.parametrize("command", ["insert", "update", "create", "find"])
@pytest.mark.usefixtures("short_time_limit")
def test_connection_that_breaks_during_a_creation(
    service: Service, databases: Databases, command: str
) -> None:
    schema.ensure_schema()
    with failing(databases.client, command, times=1, closeConnection=True):
        assert repeated_until_definite(service, SIGN_UP).status == 201
    databases.check_invariants()


@pytest.mark.parametrize("command", ["renameCollection", "drop"])
@pytest.mark.usefixtures("consistent_in_the_end")
def test_change_of_a_collection_that_the_majority_may_not_have_is_settled_by_the_next_request(
    owner: Owner, databases: Databases, command: str
) -> None:
    change = partial(owner.service.patch, owner.path, {"name": "Beta"}, token=owner.token)
    if command == "drop":
        change = partial(owner.service.delete, owner.path, token=owner.token)
    with failing(databases.client, command, times=1, writeConcernError=WRITE_CONCERN_FAILED):
        check_unavailable(change())
    end_lease(databases, owner)
    answer = change()
    if command == "drop":
        assert answer.status == 204
        assert databases.collections() == {}
    else:
        assert (answer.status, answer.json["slug"], answer.json["state"]) == (200, "beta", "active")
        assert databases.tenants["org_beta"].find_one() == {"_id": "kept"}


@pytest.mark.parametrize("command", ["renameCollection", "drop"])
@pytest.mark.parametrize("how", [{"closeConnection": True}, {"errorCode": 50}])
@pytest.mark.usefixtures("consistent_in_the_end")
def test_change_of_a_collection_that_never_arrived_is_made_by_the_next_request(
    owner: Owner, databases: Databases, command: str, how: Document
) -> None:
    change = partial(owner.service.patch, owner.path, {"name": "Beta"}, token=owner.token)
    if command == "drop":
        change = partial(owner.service.delete, owner.path, token=owner.token)
    with failing(databases.client, command, times=1, **how):
        check_unavailable(change())
    end_lease(databases, owner)
    assert change().status in {200, 204}
    assert list(databases.collections()) == ([] if command == "drop" else ["org_beta"])


@pytest.mark.usefixtures("short_time_limit")
def test_server_that_hangs_is_given_up_in_time(owner: Owner, databases: Databases) -> None:
    with failing(databases.client, "aggregate", blockConnection=True, blockTimeMS=8_000):
        started = time.monotonic()
        check_unavailable(owner.service.get(owner.path, token=owner.token))
        assert time.monotonic() - started < TIME_LIMIT + 5
    assert owner.service.get(owner.path, token=owner.token).status == 200


def test_login_is_refused_while_failures_cannot_be_counted(owner: Owner, databases: Databases) -> None:
    """An outage is never a pass: neither for the credentials nor for the count."""
    with failing(databases.client, "update", errorCode=50):
        check_unavailable(owner.service.post("/login", {"email": owner.email, "password": "wrong"}))
    with failing(databases.client, "find", errorCode=50):
        check_unavailable(owner.service.post("/login", {"email": owner.email, "password": PASSWORD}))


def end_lease(databases: Databases, owner: Owner) -> None:
    """Let the time pass that the process which failed may take."""
    over = {"$set": {"intent.leased_until": moments.now()}}
    databases.master["organizations"].update_one({"_id": owner.id, "intent": {"$ne": None}}, over)
