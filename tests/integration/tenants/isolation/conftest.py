"""One service for all tests of a module, for a request that is refused leaves everything as it is."""

import io
import logging
import uuid
from collections.abc import Iterator

import boto3
import pytest
from pymongo import MongoClient

from tenantry.runtime.observability import logger
from tenantry.runtime.settings import settings
from tests.integration.kinds import POOL, parametrize, place
from tests.integration.tenants.isolation.observer import Observer
from tests.integration.tenants.isolation.reused import Reused
from tests.integration.tenants.isolation.tenants import Tenant, create_tenant
from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.mailbox import APP_URL, MAIL_FROM
from tests.support.recorder import Recorder, recording
from tests.support.rotation import SigningKeySecret
from tests.support.service import Service


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield monkeypatch


@pytest.fixture(scope="module")
def databases(
    server: str, server_client: MongoClient[Document], monkeypatch_module: pytest.MonkeyPatch
) -> Iterator[Databases]:
    with library.fresh_databases(server, server_client, monkeypatch_module) as databases:
        yield databases


@pytest.fixture(scope="module")
def free_names(databases: Databases, monkeypatch_module: pytest.MonkeyPatch) -> None:
    """Names that are given up are free for all at once; no former owner holds them."""
    monkeypatch_module.setenv("NAME_HOLD_DAYS", "0")
    settings.cache_clear()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    parametrize(metafunc, lambda name: name.startswith("test_values."))


@pytest.fixture(scope="module", autouse=True)
def kind(
    request: pytest.FixtureRequest,
    databases: Databases,
    recorder: Recorder,
    monkeypatch_module: pytest.MonkeyPatch,
) -> str:
    """Where the organizations of a module have their documents."""
    return place(getattr(request, "param", "collection"), monkeypatch_module)


@pytest.fixture(scope="module")
def recorder(databases: Databases, monkeypatch_module: pytest.MonkeyPatch) -> Iterator[Recorder]:
    with recording(monkeypatch_module) as recorder:
        yield recorder


@pytest.fixture(scope="module")
def service(recorder: Recorder, monkeypatch_module: pytest.MonkeyPatch) -> Service:
    secret = SigningKeySecret(boto3.client("secretsmanager"), f"signing-key-{uuid.uuid4().hex}")
    monkeypatch_module.setenv("SIGNING_KEY_SECRET_ARN", secret.arn)
    secret.rotate()
    monkeypatch_module.setenv("MAIL_FROM", MAIL_FROM)
    monkeypatch_module.setenv("APP_URL", APP_URL)
    settings.cache_clear()
    return Service()


@pytest.fixture(scope="module")
def output() -> Iterator[io.StringIO]:
    """All that is logged: by the functions at the finest level, by others as on AWS."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logger.registered_formatter)
    level = logger.log_level
    logger.setLevel(logging.DEBUG)
    logging.root.addHandler(handler)  # to which the functions' logger propagates
    yield written
    logging.root.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture(scope="module")
def observer(service: Service, databases: Databases, recorder: Recorder, output: io.StringIO) -> Observer:
    return Observer(service, databases, recorder, output)


@pytest.fixture(scope="module")
def victim(observer: Observer) -> Tenant:
    victim = create_tenant(observer.service, observer.databases)
    observer.tenants.append(victim)
    return victim


@pytest.fixture(scope="module")
def callers(observer: Observer) -> Reused[Tenant]:
    return Reused(observer.databases, lambda: create_tenant(observer.service, observer.databases))


@pytest.fixture
def caller(observer: Observer, victim: Tenant, callers: Reused[Tenant]) -> Iterator[Tenant]:
    """The caller, who is as harmed by what is logged of the own organization."""
    caller = callers.get()
    observer.tenants.append(caller)
    yield caller
    observer.tenants.remove(caller)


@pytest.fixture(autouse=True)
def room_for_indexes(observer: Observer, victim: Tenant) -> Iterator[None]:
    """Drop the indexes that a test leaves in the pool, which takes 64 at most."""
    pool = observer.databases.tenants[POOL]
    before = pool.index_information()
    yield
    for name in pool.index_information().keys() - before:
        pool.drop_index(name)
