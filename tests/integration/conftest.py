"""A real MongoDB server per worker, and empty databases, a signing key and the API for each test."""

import io
import json
import logging
import os
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import boto3
import botocore.session
import pytest
from moto import mock_aws
from pymongo import MongoClient
from pymongo.database import Database

from local.mongod import running_mongod
from local.processes import free_port
from tenantry.identity.members import Membership
from tenantry.registry import schema
from tenantry.runtime import process, secrets
from tenantry.runtime.observability import logger
from tenantry.runtime.settings import settings
from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.directories import data_directory
from tests.support.mailbox import Mailbox
from tests.support.mailbox import mailbox as configured_mailbox
from tests.support.mongodb import own_mongod, running_server
from tests.support.newer_mongodb import answering_as_configured
from tests.support.own_server import EXTERNAL_URI, require_own_server
from tests.support.owners import Owner, sign_up
from tests.support.recorder import Recorder, recording
from tests.support.reused_databases import ReusedDatabases
from tests.support.rotation import FirstRotation, SigningKeySecret
from tests.support.service import Service

SERVER_OPTIONS = (
    # A single server lets linearizable reads, of which there are few, wait for its next flush of the journal,
    # 100 ms by default. Every 10 ms, it costs an idle server 1.3 % of a core, and every 30 ms half of that.
    *("--journalCommitInterval", "30"),
    # What a test compares before and after must not expire in between.
    *("--setParameter", "ttlMonitorEnabled=false"),
    # Many tests have databases of their own, whose files stay open for minutes otherwise, even dropped ones.
    *("--syncdelay", "10"),
    *("--setParameter", "wiredTigerFileHandleCloseIdleTime=5"),
    *("--setParameter", "wiredTigerFileHandleCloseScanInterval=1"),
    *("--setParameter", "wiredTigerFileHandleCloseMinimum=1000"),
)
OUTCOME = pytest.StashKey[str]()
AWS_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "own_databases: begins with nothing, in databases that no other test uses"
    )
    config.addinivalue_line("markers", "server_version: pins how servers differ; runs on the oldest one, too")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Connection string of a replica set, which allows fail points if it is the tests' own."""
    if EXTERNAL_URI:
        yield EXTERNAL_URI
        return
    binary = own_mongod()
    with (
        data_directory() as directory,
        running_mongod(
            binary, Path(directory) / "data", free_port(), test_commands=True, options=SERVER_OPTIONS
        ) as (_, uri),
        answering_as_configured(uri) as answering_uri,
    ):
        yield answering_uri


@pytest.fixture
def own_server() -> None:
    """Skip the test if the server is not the tests' own."""
    require_own_server()


@pytest.fixture(scope="session")
def server_client(server: str) -> Iterator[MongoClient[Document]]:
    with MongoClient[Document](server, tz_aware=True, uuidRepresentation="standard") as client:
        yield client


@pytest.fixture(scope="session", autouse=True)
def aws() -> Iterator[None]:
    """Secrets Manager, simulated in this process."""
    with pytest.MonkeyPatch.context() as monkeypatch, mock_aws():
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in AWS_ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        # Each test's process begins anew. What takes boto3 long to make need not be made again for it.
        monkeypatch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        monkeypatch.setattr(boto3, "Session", cache(boto3.Session))
        monkeypatch.setattr(secrets, "client", cache(secrets.client.__wrapped__))
        yield
        process.forget()


@pytest.fixture(scope="session")
def reused_databases(server: str, server_client: MongoClient[Document]) -> Iterator[ReusedDatabases]:
    reused = ReusedDatabases(server, server_client)
    yield reused
    reused.drop()


@pytest.fixture
def databases(
    request: pytest.FixtureRequest,
    server: str,
    server_client: MongoClient[Document],
    reused_databases: ReusedDatabases,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Databases]:
    """Databases with the schema and nothing else, in a process that has just started."""
    if request.node.get_closest_marker("own_databases"):
        with library.fresh_databases(server, server_client, monkeypatch) as databases:
            yield databases
    else:
        databases = reused_databases.emptied()
        with library.using(databases, monkeypatch):
            monkeypatch.setattr(schema, "ensure_schema", lambda: None)  # the schema is there
            yield databases


@pytest.fixture
def free_names(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that are given up are free for all at once; no former owner holds them."""
    monkeypatch.setenv("NAME_HOLD_DAYS", "0")
    settings.cache_clear()


@pytest.fixture
def recorder(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """The commands of the library, from the next process on."""
    with recording(monkeypatch) as recorder:
        yield recorder


@pytest.fixture
def grace(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deleted organizations can be brought back for a week."""
    monkeypatch.setenv("DELETION_GRACE_DAYS", "7")
    settings.cache_clear()


@pytest.fixture(scope="session")
def first_rotation(aws: None) -> FirstRotation:
    return FirstRotation(boto3.client("secretsmanager"))


@pytest.fixture
def signing_key(
    databases: Databases, first_rotation: FirstRotation, monkeypatch: pytest.MonkeyPatch
) -> SigningKeySecret:
    """The secret of the signing key, after its first rotation."""
    return first_rotation.secret(databases, monkeypatch)


@pytest.fixture
def service(signing_key: SigningKeySecret) -> Service:
    """The API, ready to sign up and log in."""
    return Service()


@pytest.fixture
def mailbox(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """Mail, configured and sent to a simulated SES."""
    with configured_mailbox(monkeypatch) as mailbox:
        yield mailbox


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that the functions log, as it is written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    yield written
    logger._logger.removeHandler(handler)


@pytest.fixture
def owner(service: Service, databases: Databases) -> Owner:
    """Owner of the organization Alpha, whose collection has one document and an index."""
    owner = sign_up(service, "Alpha")
    databases.stored("org_alpha").create_index("kind", name="kind")  # several times faster while it is empty
    databases.stored("org_alpha").insert_one({"_id": "kept"})
    return owner


@pytest.fixture
def member(databases: Databases) -> Membership:
    """Owner of the organization Google, without a token."""
    return library.create("Google")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[OUTCOME] = report.outcome
    return report


@pytest.fixture
def consistent_in_the_end(request: pytest.FixtureRequest, databases: Databases) -> Iterator[None]:
    """Check the invariants after the test, unless it was skipped in the middle."""
    yield
    if request.node.stash[OUTCOME] != "skipped":
        databases.check_invariants()


@pytest.fixture(scope="session")
def second_server() -> Iterator[MongoClient[Document]]:
    """A client of a second replica set."""
    with running_server() as client:
        yield client


@pytest.fixture
def second(
    second_server: MongoClient[Document], databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database[Document]]:
    """The tenant database on the cluster `second`."""
    address = second_server.address  # waits for the connection, unlike `nodes`
    assert address is not None
    monkeypatch.setenv(
        "MONGODB_CLUSTERS",
        json.dumps({"second": f"mongodb://{address[0]}:{address[1]}/?replicaSet=tenantry"}),
    )
    process.forget()
    yield second_server[databases.tenants.name]
    second_server.drop_database(databases.tenants.name)
