"""What organizations have that are created, restored or brought back while something is rolled out."""

from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting, undoing
from tenantry.lifecycle.rollouts import progress, requests
from tenantry.lifecycle.undoing import Wanted
from tenantry.registry import clusters, rollouts
from tenantry.runtime.settings import settings
from tenantry.storage import pools
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.rollouts.definitions import (
    REQUIRES_KIND,
    definition,
    names,
    options,
    roll_out,
    undo,
)
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases, Document


def test_created_organization_begins_with_what_is_current(
    databases: Databases, member: Membership, second: Database[Document]
) -> None:
    clusters.register("second", 100)
    roll_out("current", definition("at", "kind", validator=REQUIRES_KIND))
    amazon = library.create("Amazon")
    clusters.register("main", 0)
    alphabet = library.create("Alphabet")
    assert names(TenantCollection(amazon.organization_id)) == ["_id_", "by-at", "by-kind"]
    assert names(TenantCollection(alphabet.organization_id)) == ["_id_", "by-at", "by-kind"]
    assert options(databases, "org_amazon")["validator"] == {"$jsonSchema": {"required": ["kind"]}}
    assert progress.of("current").done == 3
    undo("current")
    assert names(TenantCollection(alphabet.organization_id)) == ["_id_"]
    assert second["org_alphabet"].options() == {"validationLevel": "strict", "validationAction": "error"}
    assert [cluster["namespaces"] for cluster in clusters.find_all()] == [4, 2]


def test_restored_organization_gets_what_is_current(
    databases: Databases, member: Membership, tmp_path: Path
) -> None:
    tenantry_json("backup", "google", "--output", tmp_path / "google.archive")
    roll_out("current", definition("at", validator=REQUIRES_KIND))
    tenantry_json("restore", tmp_path / "google.archive", "--name", "Alphabet")
    assert set(databases.tenants["org_alphabet"].index_information()) == {"_id_", "by-at"}
    assert options(databases, "org_alphabet")["validator"]
    assert progress.of("current").pending == 0


@pytest.mark.parametrize("kind", ["collection", "pooled"])
def test_organization_whose_deletion_is_undone_is_as_roll_outs_are_by_then(
    kind: Any, databases: Databases, member: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELETION_GRACE_DAYS", "7")
    settings.cache_clear()
    pools.create("main", "pool_0")
    amazon = library.create("Amazon", kind=kind)
    roll_out("earlier", definition("at"))
    deleting.delete(amazon)
    undo("earlier")
    roll_out("later", definition("kind"))
    requests.continue_all(lambda: True)  # which looks for nobody again for a quarter of an hour
    undoing.undo(amazon.organization_id, Wanted())
    assert requests.continue_all(lambda: True) == []
    assert names(TenantCollection(amazon.organization_id)) == ["_id_", "by-kind"]
    checked = rollouts.find("later")
    deleting.delete(library.membership(amazon.account_id, amazon.organization_id))
    undoing.undo(amazon.organization_id, Wanted())
    assert rollouts.find("later") == checked, "it lacks nothing, so nobody has to look for it"
    undo("later")
    assert tenantry("verify").exit_code == 0


def test_command_that_undoes_a_deletion_gives_what_is_current(
    databases: Databases, member: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELETION_GRACE_DAYS", "7")
    settings.cache_clear()
    deleting.delete(member)
    roll_out("current", definition("at", validator=REQUIRES_KIND))
    tenantry_json("undo", member.organization_id)
    assert set(databases.tenants["org_google"].index_information()) == {"_id_", "by-at"}
    assert options(databases, "org_google")["validator"]
