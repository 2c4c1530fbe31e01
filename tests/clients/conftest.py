"""The deployed local stack, and clients of it."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.deployment import PROJECT
from tenantry_client import Tenantry
from tests.e2e.conftest import databases, deployment, owner, service, usual_deployment
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import Signing

__all__ = ["databases", "deployment", "owner", "service", "usual_deployment"]


@pytest.fixture
def tenantry(deployment: Deployment) -> Iterator[Tenantry]:
    with Tenantry(deployment.stack.api_url, operator=Signing()) as client:
        yield client


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory of the TypeScript client as its package has it."""
    (package,) = (PROJECT / "clients/typescript/dist").glob("tenantry-client-*.tgz")
    place = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(package) as archive:
        archive.extractall(place, filter="data")
    return place / "package"
