"""Former slugs are kept for 30 days, and names are held for 7, wherever documents are."""

import pytest

from tenantry.registry import clusters
from tenantry.runtime import process
from tenantry.storage import pools
from tests.support.databases import Databases


@pytest.fixture(autouse=True, params=["collection", "pooled"])
def kept(request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMER_SLUG_DAYS", "30")
    monkeypatch.setenv("NAME_HOLD_DAYS", "7")
    if request.param == "pooled":
        clusters.register("main")
        pools.create("main", "pool_0")
        monkeypatch.setenv("PLACEMENT", "pooled")
    process.forget()
