"""A roll-out to many organizations: a hundred, or as many as ORGANIZATIONS says."""

import os
import time
from collections.abc import Callable
from typing import Any, Final

import pytest

from tenantry.lifecycle.rollouts import operations
from tenantry.lifecycle.rollouts.work import Means
from tenantry.registry import clusters
from tenantry.registry.organizations.document import create_document, organizations
from tenantry.storage import pools
from tests.integration.lifecycle.rollouts.definitions import MEANS, definition
from tests.support.databases import Databases

ORGANIZATIONS: Final = int(os.environ.get("ORGANIZATIONS", "100"))
POOLED: Final = ORGANIZATIONS // 2  # of these

pytestmark = [pytest.mark.timeout(ORGANIZATIONS // 4 + 300), pytest.mark.own_databases]


def fill(databases: Databases) -> None:
    """Make organizations without members, half of them in a pool."""
    clusters.register("main", 10 * ORGANIZATIONS)
    pools.create("main", "pool_0")
    documents = [
        create_document(f"O {number}", f"o-{number}", {}, pool="pool_0" if number < POOLED else None)
        for number in range(ORGANIZATIONS)
    ]
    organizations().insert_many(documents)
    for document in documents[POOLED:]:
        databases.tenants.create_collection(document["collection"], check_exists=False)
    clusters.clusters().update_one({"_id": "main"}, {"$inc": {"namespaces": 2 * (ORGANIZATIONS - POOLED)}})


def test_all_get_it_and_go_on_where_it_was_interrupted(
    databases: Databases, record_property: Callable[[str, Any], None]
) -> None:
    fill(databases)
    operations.begin("large", definition("at", parallel=4))
    remaining = iter(range(ORGANIZATIONS // 2))
    some = operations.apply("large", Means(lambda: next(remaining, None) is not None, 60, lambda *_: None))
    assert 0 < some.done < ORGANIZATIONS
    began = time.monotonic()
    progress = operations.apply("large", MEANS)
    seconds = time.monotonic() - began
    assert (progress.done, progress.failed, progress.pending) == (ORGANIZATIONS, 0, 0)
    record_property("organizations a second", round((ORGANIZATIONS - some.done) / seconds))
    names = {document["collection"] for document in organizations().find({"pool": None})}
    assert all("by-at" in databases.tenants[name].index_information() for name in names)
    (main,) = clusters.find_all()
    assert main["namespaces"] == 3 + 1 + 3 * len(names)
    began = time.monotonic()
    operations.begin_undoing("large")
    assert operations.undo("large", MEANS).rollout["state"] == "undone"
    record_property("undone a second", round(ORGANIZATIONS / (time.monotonic() - began)))
    assert not any("by-at" in databases.tenants[name].index_information() for name in names)
