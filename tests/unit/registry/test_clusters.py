import io
import json

import pytest
from mypy_boto3_secretsmanager import SecretsManagerClient
from pymongo import MongoClient

from tenantry.errors import ServiceUnavailable
from tenantry.registry.clusters import MAIN, cluster_client
from tenantry.runtime import clients, mongodb
from tests.support.concurrency import at_once

EU = "mongodb://127.0.0.1:2/?directConnection=true"
US = "mongodb://127.0.0.1:3/?directConnection=true"


def port_of(client: MongoClient[mongodb.Document]) -> int | None:
    ((_, port),) = client.topology_description.server_descriptions()
    return port


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://127.0.0.1:1/?directConnection=true")
    monkeypatch.setenv("MONGODB_CLUSTERS", json.dumps({"eu": EU}))


@pytest.mark.usefixtures("configured")
def test_main_is_the_masters_own() -> None:
    assert cluster_client(MAIN) is mongodb.client()


@pytest.mark.usefixtures("configured")
def test_one_client_serves_each_cluster() -> None:
    clients = at_once([lambda: cluster_client("eu")] * 4)
    assert len({id(client) for client in clients}) == 1
    assert (port_of(cluster_client("eu")), port_of(cluster_client(MAIN))) == (2, 1)


@pytest.mark.usefixtures("configured")
def test_a_client_is_as_safe_as_the_masters() -> None:
    options = cluster_client("eu").options
    assert options.write_concern.document["w"] == "majority"
    assert options.read_concern.level == "majority"
    assert options.timeout == clients.REQUEST_TIMEOUT_SECONDS


@pytest.mark.usefixtures("configured")
def test_without_a_connection_string_the_service_is_unavailable(log: io.StringIO) -> None:
    with pytest.raises(ServiceUnavailable):
        cluster_client("asia")
    assert '"cluster":"asia"' in log.getvalue()


def test_a_cluster_that_is_added_to_the_secret_is_there_at_once(
    secrets_manager: SecretsManagerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = secrets_manager.create_secret(Name="clusters", SecretString=json.dumps({"eu": EU}))
    monkeypatch.setenv("MONGODB_CLUSTERS_SECRET_ARN", secret["ARN"])
    assert port_of(cluster_client("eu")) == 2
    secrets_manager.put_secret_value(SecretId="clusters", SecretString=json.dumps({"eu": EU, "us": US}))
    assert port_of(cluster_client("us")) == 3
