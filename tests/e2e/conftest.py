"""One deployed local stack for the tests that speak HTTP to it; with pytest-xdist, one for each worker."""

from collections.abc import Iterator

import httpx
import pytest
from pymongo import MongoClient

from tests.e2e.deployment import Deployment, deployed
from tests.e2e.http_service import HttpService, Signing, unique
from tests.e2e.mailbox import Mailbox
from tests.support.databases import Databases, Document
from tests.support.owners import Owner, sign_up

REQUEST_SECONDS = 30.0


@pytest.fixture(scope="session")
def usual_deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The stack of all tests whose directory has none of its own."""
    with deployed(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def deployment(usual_deployment: Deployment) -> Deployment:
    return usual_deployment


@pytest.fixture(scope="session")
def service(deployment: Deployment) -> Iterator[HttpService]:
    with httpx.Client(base_url=deployment.stack.api_url, timeout=REQUEST_SECONDS, trust_env=False) as client:
        yield HttpService(client)


@pytest.fixture(scope="session")
def operator(deployment: Deployment) -> Iterator[HttpService]:
    """The operator, who signs requests."""
    url = deployment.stack.api_url
    with httpx.Client(base_url=url, timeout=REQUEST_SECONDS, trust_env=False, auth=Signing()) as client:
        yield HttpService(client)


@pytest.fixture(scope="session")
def databases(deployment: Deployment) -> Iterator[Databases]:
    stack = deployment.stack
    with MongoClient[Document](stack.mongodb_uri, tz_aware=True, uuidRepresentation="standard") as client:
        yield Databases(
            stack.mongodb_uri, client, client[stack.master_database], client[stack.tenant_database]
        )


@pytest.fixture(scope="session")
def mailbox(deployment: Deployment) -> Mailbox:
    return Mailbox(deployment.stack.mails_url)


@pytest.fixture
def owner(service: HttpService) -> Owner:
    return sign_up(service, unique("Google"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Compare what functions may do with what they asked for in all tests, so behind all of them."""
    items.sort(key=lambda item: item.path.name == "test_permissions.py")
