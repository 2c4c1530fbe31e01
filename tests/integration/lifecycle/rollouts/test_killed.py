"""`tenantry rollout`, killed at any command: others do all of it once, and undoing leaves nothing."""

import json
import os
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from tenantry.identity.members import Membership
from tenantry.registry import clusters
from tenantry.storage import pools
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.command_line import tenantry
from tests.support.databases import Databases
from tests.support.killed_command import killed

EVERY: Final = int(os.environ.get("KILL_EVERY", "25"))
"""Of so many commands that change something one is the last of its process; 1 for all."""
PAST: Final = datetime(2020, 1, 1, tzinfo=UTC)

pytestmark = [pytest.mark.timeout(3000 / EVERY + 300), pytest.mark.own_databases]


def contents(databases: Databases) -> dict[str, Any]:
    """Return what tenants have, and what is counted, but nothing about past roll-outs."""
    dump = databases.dump(apart_from=("rollouts", "audit", "outbox"))
    for key, content in dump.items():
        if key == f"{databases.master.name}.organizations":
            for organization in content["documents"]:
                organization.pop("rollouts", None)
                organization.pop("index_changes", None)
        content.pop("options", None)  # a validator that is taken back leaves its level and action
    return dump


def go_on(databases: Databases, command: str, file: Path) -> None:
    databases.client.admin.command({"killAllSessions": []})
    databases.master["rollouts"].update_many({}, {"$set": {"leased_until": PAST}})
    result = tenantry("rollout", command, file)
    assert result.exit_code == 0, result.output


def test_killed_commands_go_on(databases: Databases, member: Membership, tmp_path: Path) -> None:
    pools.create("main", "pool_0")
    pooled = TenantCollection(library.create("Amazon", kind="pooled").organization_id)
    own = TenantCollection(member.organization_id)
    library.create("Apple")
    own.create_index([("kind", 1)], name="by-kind")
    own.insert_one({"kind": 1})
    before = contents(databases)
    for number in count(EVERY, EVERY):
        name = f"by-at-{number}"
        file = tmp_path / f"{name}.json"
        keys = [
            {"name": "by-at", "keys": [{"field": "at"}]},
            {"name": "by-kind", "keys": [{"field": "kind"}]},
        ]
        file.write_text(json.dumps({"name": name, "indexes": keys}))
        were_killed = [killed(number, "rollout", "apply", file)]
        go_on(databases, "apply", file)
        for collection in (own, pooled):
            assert {"_id_", "by-at", "by-kind"} == {index["name"] for index in collection.list_indexes()}
        (main,) = clusters.find_all()
        assert main["namespaces"] == counted(databases)
        were_killed.append(killed(number, "rollout", "undo", file))
        go_on(databases, "undo", file)
        assert contents(databases) == before
        if not any(were_killed):
            break
    assert number > EVERY


def counted(databases: Databases) -> int:
    """Count the collections and indexes of tenants but those on `_id` of pools' tenants."""
    return sum(
        1 + len(databases.tenants[name].index_information())
        for name in databases.tenants.list_collection_names()
    )
