"""Passwords are rotated and connection strings corrected while an execution environment lives."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import dns.resolver
import pytest
from pymongo.errors import OperationFailure

from local.processes import free_port
from tenantry.http import handlers
from tenantry.registry import clusters
from tenantry.runtime import clients, mongodb, process, secrets
from tenantry.runtime.settings import settings
from tests.support.authentication import PASSWORD, uri_of
from tests.support.databases import Databases
from tests.support.name_server import resolver_of, running_name_server
from tests.support.service import Answer, Service

EU = "eu"


@dataclass(frozen=True)
class Cluster:
    """The server, two users of it, and the secrets that name one of them."""

    databases: Databases
    users: tuple[str, str]

    def uri(self, user: str) -> str:
        return uri_of(self.databases.uri, user)

    def create(self, user: str) -> None:
        self.databases.client.admin.command("createUser", user, pwd=PASSWORD, roles=["root"])

    def drop(self, user: str) -> None:
        self.databases.client.admin.command("dropUser", user)

    def publish(self, uri: str) -> None:
        """Put a connection string into both secrets, that of the master and that of the further clusters."""
        secrets_manager = boto3.client("secretsmanager")
        secrets_manager.put_secret_value(SecretId="mongodb", SecretString=uri)
        secrets_manager.put_secret_value(SecretId="clusters", SecretString=json.dumps({EU: uri}))


@pytest.fixture
def cluster(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A server whose connection strings are secrets; the first of its users is there."""
    names = databases.master.name
    cluster = Cluster(databases, (f"{names}_a", f"{names}_b"))
    cluster.create(cluster.users[0])
    secrets_manager = boto3.client("secretsmanager")
    for name, variable in (("mongodb", "MONGODB_URI"), ("clusters", "MONGODB_CLUSTERS")):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv(f"{variable}_SECRET_ARN", name)
        secrets_manager.create_secret(Name=name, SecretString="{}")
    process.forget()
    yield cluster
    for name in ("mongodb", "clusters"):
        secrets_manager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    process.forget()
    for user in databases.client.admin.command("usersInfo")["users"]:
        if user["user"] in cluster.users:
            cluster.drop(user["user"])


@pytest.fixture(autouse=True)
def short_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "REQUEST_TIMEOUT_SECONDS", 1.5)


@pytest.fixture(autouse=True)
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the driver know that this is Lambda, and know no name of a cluster."""
    monkeypatch.setenv("AWS_EXECUTION_ENV", "AWS_Lambda_python3.13")
    with running_name_server() as names:
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver_of(names))
        yield


@pytest.fixture
def a_minute_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a client be older than the minute in which no other is opened."""
    monkeypatch.setattr(clients, "REOPEN_SECONDS", 0)
    for module in (clusters, mongodb):
        monkeypatch.setattr(module, "REOPEN_SECONDS", 0)


def health() -> Answer:
    return Service().get("/health")


@pytest.mark.usefixtures("a_minute_later")
def test_rotation_with_two_users_costs_each_environment_one_request(cluster: Cluster) -> None:
    first, second = cluster.users
    cluster.publish(cluster.uri(first))
    assert health().status == 200
    cluster.create(second)
    cluster.publish(cluster.uri(second))
    assert health().status == 200  # as the first user still
    cluster.drop(first)
    assert [health().status for _ in range(3)] == [503, 200, 200]


@pytest.mark.usefixtures("a_minute_later")
@pytest.mark.parametrize("wrong", ["password", "mechanism", "host", "name", "text", "port", "authority"])
def test_connection_string_that_is_corrected_is_read_again(
    cluster: Cluster, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = cluster.uri(cluster.users[0])
    wrong_uris = {
        "authority": f"{right}&tls=true&tlsCAFile=/missing.pem",
        "mechanism": f"{right}&authMechanism=PLAIN",
        "name": "mongodb+srv://cluster0.tenantry.test/",
        "password": right.replace(":the", ":no"),
        "host": f"mongodb://127.0.0.1:{free_port()}/?replicaSet=tenantry",
        "text": "not-a-connection-string",
        "port": "mongodb://user:pass/word@127.0.0.1:1/",
    }
    cluster.publish(wrong_uris[wrong])
    answer = health()
    assert (answer.status, answer.code) == (503, "service-unavailable")
    assert int(answer.headers["retry-after"]) > 0
    cluster.publish(right)
    assert health().status == 200


@pytest.mark.usefixtures("a_minute_later")
def test_further_clusters_follow(cluster: Cluster) -> None:
    first, second = cluster.users
    cluster.publish(cluster.uri(first))
    assert clusters.tenant_database(EU).list_collection_names() == []
    cluster.create(second)
    cluster.publish(cluster.uri(second))
    cluster.drop(first)
    with pytest.raises(OperationFailure) as caught:
        clusters.tenant_database(EU).list_collection_names()
    clients.note_failure(caught.value)
    assert clusters.tenant_database(EU).list_collection_names() == []


def test_secret_is_read_once_a_minute_however_many_requests_fail(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.publish(cluster.uri(cluster.users[0]).replace(":the", ":no"))
    asked: list[str] = []
    monkeypatch.setattr(secrets, "_ask_service", counted(secrets._ask_service, asked))
    assert [health().status for _ in range(2)] == [503] * 2
    assert asked == ["mongodb"]
    monkeypatch.setitem(clients._last_failure, "at", clients._last_failure["at"] + clients.REOPEN_SECONDS)
    monkeypatch.setattr(secrets, "_copies", {})  # as if the minute were over
    assert [health().status for _ in range(2)] == [503] * 2
    assert asked == ["mongodb"] * 2


@pytest.mark.usefixtures("a_minute_later")
def test_client_stays_where_the_secret_cannot_be_read(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outage of Secrets Manager does not make one of MongoDB longer."""
    cluster.publish(cluster.uri(cluster.users[0]))
    assert health().status == 200
    monkeypatch.setenv("MONGODB_URI_SECRET_ARN", "missing")
    monkeypatch.setattr(secrets, "_copies", {})
    settings.cache_clear()
    clients.note_failure(OperationFailure("as in an outage", code=18))
    assert health().status == 200


def counted(ask: Any, asked: list[str]) -> Any:
    def ask_counted(arn: str) -> Any:
        asked.append(arn)
        return ask(arn)

    return ask_counted
