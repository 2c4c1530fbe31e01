"""The observer notices what it is there to notice."""

from typing import Any

import pytest

from tests.integration.tenants.isolation.observer import Observer, namespaces
from tests.integration.tenants.isolation.tenants import Tenant


@pytest.mark.parametrize(
    ("database", "command", "touched"),
    [
        ("tenants", {"find": "mine"}, {"tenants.mine"}),
        ("tenants", {"getMore": 1, "collection": "mine"}, {"tenants.mine"}),
        ("tenants", {"killCursors": "mine", "cursors": [1]}, {"tenants.mine"}),
        ("tenants", {"listCollections": 1, "filter": {"name": "mine"}}, {"tenants.mine"}),
        ("tenants", {"aggregate": 1, "pipeline": []}, {"tenants.1"}),
        ("tenants", {"aggregate": "mine", "pipeline": [{"$unionWith": "a"}]}, {"tenants.mine", "tenants.a"}),
        (
            "tenants",
            {
                "aggregate": "mine",
                "pipeline": [{"$facet": {"x": [{"$lookup": {"from": "a"}}, {"$out": "b"}]}}],
            },
            {"tenants.mine", "tenants.a", "tenants.b"},
        ),
        ("admin", {"renameCollection": "tenants.mine", "to": "tenants.a"}, {"tenants.mine", "tenants.a"}),
        ("admin", {"commitTransaction": 1}, set()),
        ("admin", {"listDatabases": 1}, {"admin.1"}),
    ],
)
def test_namespaces_of_a_command(database: str, command: dict[str, Any], touched: set[str]) -> None:
    assert namespaces(database, command) == touched


@pytest.mark.parametrize("resource", ["", "/documents", "/documents/shared", "/indexes", "/count"])
def test_the_success_of_anybody_else_is_noticed(
    observer: Observer, victim: Tenant, caller: Tenant, resource: str
) -> None:
    with pytest.raises(AssertionError):
        observer.send("GET", victim.path + resource, caller, token=victim.token)
