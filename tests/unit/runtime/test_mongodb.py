import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import mongomock
import pytest
from mypy_boto3_secretsmanager import SecretsManagerClient
from pymongo import MongoClient
from pymongo.errors import PyMongoError, WriteConcernError

from tenantry.errors import ServiceUnavailable
from tenantry.registry import schema
from tenantry.runtime import clients, mongodb
from tenantry.runtime.mongodb import run_majority_command
from tenantry.runtime.settings import settings
from tests.support.concurrency import at_once


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[MongoClient[dict[str, Any]]]:
    monkeypatch.setenv("MONGODB_URI", "mongodb://127.0.0.1:1/?connectTimeoutMS=1")
    yield mongodb.client()
    mongodb.client().close()


def test_one_client_serves_the_process(client: MongoClient[dict[str, Any]]) -> None:
    assert mongodb.client() is client


def test_a_collection_is_that_of_the_client_and_the_database_of_the_moment(
    client: MongoClient[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    things = mongodb.collection("things")
    assert mongodb.collection("things") is things
    assert mongodb.collection("words").name == "words"
    monkeypatch.setenv("MASTER_DATABASE", "elsewhere")
    settings.cache_clear()
    assert mongodb.collection("things").database.name == "elsewhere"
    for other in (mongomock.MongoClient(), client):
        monkeypatch.setattr(mongodb, "client", lambda other=other: other)
        assert mongodb.collection("things").database.client is other


def test_threads_that_come_before_there_is_a_client_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    several = threading.Barrier(2)

    def open_one(*_: Any, **__: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            several.wait(0.2)  # which threads that open one each would pass
        return mongomock.MongoClient()

    monkeypatch.setenv("MONGODB_URI", "mongodb://127.0.0.1:1/")
    monkeypatch.setattr(clients, "MongoClient", open_one)
    opened = at_once([mongodb.client] * 4)
    assert len({id(client) for client in opened}) == 1
    assert several.broken


def test_the_client_is_as_safe_as_the_lifecycle_needs(client: MongoClient[dict[str, Any]]) -> None:
    options = client.options
    assert client.write_concern.document["w"] == "majority"
    assert client.read_concern.level == "majority"
    assert (options.retry_writes, options.retry_reads) == (True, True)
    assert client.codec_options.tz_aware


def test_the_client_gives_up_before_the_function_does(client: MongoClient[dict[str, Any]]) -> None:
    assert client.options.timeout == clients.REQUEST_TIMEOUT_SECONDS < 15
    assert client.options.server_selection_timeout <= clients.REQUEST_TIMEOUT_SECONDS
    assert 0 < (client.options.pool_options.connect_timeout or 0) <= clients.REQUEST_TIMEOUT_SECONDS
    assert client.options.pool_options.max_pool_size <= 5
    assert client.options.pool_options.max_idle_time_seconds == 60


def test_the_connection_string_is_a_secret(
    secrets_manager: SecretsManagerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = secrets_manager.create_secret(
        Name="mongodb", SecretString="mongodb://127.0.0.1:2/?directConnection=true"
    )
    monkeypatch.setenv("MONGODB_URI_SECRET_ARN", secret["ARN"])
    with mongodb.client() as client:
        assert client.topology_description.server_descriptions().keys() == {("127.0.0.1", 2)}


@pytest.mark.usefixtures("secrets_manager")
def test_without_the_secret_the_service_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URI_SECRET_ARN", "missing")
    with pytest.raises(ServiceUnavailable):
        mongodb.client()


class Server:
    """A database that gives one reply."""

    codec_options = None

    def __init__(self, reply: dict[str, Any]) -> None:
        self.reply = reply
        self.commands: list[dict[str, Any]] = []

    def command(self, command: dict[str, Any], **options: Any) -> dict[str, Any]:
        self.commands.append(command)
        return self.reply


def test_administrative_commands_wait_for_the_majority() -> None:
    server: Any = Server({"ok": 1})
    assert run_majority_command(server, {"drop": "org_google"}) == {"ok": 1}
    assert server.commands == [{"drop": "org_google", "writeConcern": {"w": "majority"}}]


def test_a_command_that_the_majority_may_not_have_is_an_unknown_outcome() -> None:
    server: Any = Server({"ok": 1, "writeConcernError": {"code": 64, "errmsg": "waiting timed out"}})
    with pytest.raises(WriteConcernError, match="waiting timed out") as caught:
        run_majority_command(server, {"drop": "org_google"})
    assert caught.value.code == 64
    assert isinstance(caught.value, PyMongoError)


def test_slugs_addresses_and_members_are_unique() -> None:
    unique = {
        (name, tuple(index.document["key"]))
        for name, indexes in schema.INDEXES.items()
        for index in indexes
        if index.document.get("unique")
    }
    assert unique >= {
        ("organizations", ("slugs",)),
        ("organizations", ("collection",)),
        ("accounts", ("email",)),
        ("members", ("organization_id", "account_id")),
    }
