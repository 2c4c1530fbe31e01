"""The deployed local stack, and a client of it."""

from collections.abc import Iterator

import pytest

from tenantry_client import Tenantry
from tests.e2e.conftest import databases, deployment, service
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import Signing

__all__ = ["databases", "deployment", "service"]


@pytest.fixture
def tenantry(deployment: Deployment) -> Iterator[Tenantry]:
    with Tenantry(deployment.stack.api_url, operator=Signing()) as client:
        yield client
