"""`tenantry rollout`: what it takes and prints, and what tenants are answered then."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases
from tests.support.owners import Owner

ROLLOUT = {
    "name": "by-date",
    "organizations": {"kind": "collection"},
    "indexes": [{"name": "by-date", "keys": [{"field": "at", "order": -1}]}],
    "validator": {"rule": {"$jsonSchema": {"required": ["at"]}}},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rollout.json"
    path.write_text(json.dumps(ROLLOUT))
    return path


def test_story_of_a_roll_out(owner: Owner, file: Path, databases: Databases) -> None:
    (planned,) = tenantry_json("rollout", "plan", file)["clusters"]
    assert (planned["collections"], planned["namespaces"]) == (1, 1)
    applied = tenantry_json("rollout", "apply", file)
    assert (applied["state"], applied["done"], applied["pending"]) == ("finished", 1, 0)
    assert tenantry_json("rollout", "status", "by-date") == applied
    assert tenantry_json("rollout", "pause", file)["paused_by"] == "operator"
    assert tenantry("rollout", "apply", file).exit_code == 1
    assert "by-date is finished: 1 done, 0 failed" in tenantry("rollout", "resume", "by-date").output
    documents, indexes = f"{owner.path}/documents", f"{owner.path}/indexes"
    refused = owner.service.post(documents, {"kind": "note"}, token=owner.token)
    assert (refused.status, refused.code) == (422, "validation-failed")
    many = owner.service.post(documents, {"documents": [{"at": 1}, {"kind": 1}]}, token=owner.token)
    assert many.status < 500
    assert owner.service.post(documents, {"at": 1}, token=owner.token).status == 201
    refused = owner.service.delete(f"{indexes}/by-date", token=owner.token)
    assert (refused.status, refused.code) == (409, "index-refused")
    assert tenantry_json("rollout", "undo", file)["state"] == "undone"
    assert owner.service.post(documents, {"kind": "note"}, token=owner.token).status == 201
    assert [rollout["state"] for rollout in tenantry_json("rollout", "list")["rollouts"]] == ["undone"]
    actions = [
        record["action"] for record in databases.master["audit"].find({"action": {"$regex": "^rollout"}})
    ]
    assert sorted(actions) == sorted(
        f"rollout.{what}"
        for what in ("started", "finished", "paused", "resumed", "finished", "withdrawn", "undone")
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"organizations": {}}, '"kind": "collection"'),
        ({"indexes": [], "validator": None}, "needs indexes"),
        ({"name": "By Date"}, "name"),
        ({"unknown": 1}, "unknown"),
        ({"validator": {"rule": {"$no": 1}}}, "MongoDB refuses a collection"),
    ],
)
def test_wrong_file_is_refused(change: dict[str, object], said: str, owner: Owner, file: Path) -> None:
    wanted = {name: value for name, value in (ROLLOUT | change).items() if value is not None}
    file.write_text(json.dumps(wanted))
    result = tenantry("rollout", "apply", file)
    assert result.exit_code in (1, 2)
    assert said in result.stderr


def test_function_changes_documents_once_and_its_failure_is_told(
    owner: Owner, file: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("shop_migrations")
    module.fail = lambda documents: documents.no_such_method()  # type: ignore[attr-defined]
    module.add = lambda documents: documents.update_many({}, {"$set": {"added": True}})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shop_migrations", module)
    file.write_text(json.dumps({"name": "failing", "function": "shop_migrations:fail"}))
    failed = tenantry("rollout", "apply", file, "--json")
    assert failed.exit_code == 1
    (failure,) = json.loads(failed.stdout)["failures"]
    assert failure["organization_id"] == owner.id
    assert failure["reason"].startswith("AttributeError")
    file.write_text(json.dumps({"name": "adding", "function": "shop_migrations:add"}))
    assert tenantry_json("rollout", "apply", file)["done"] == 1
    assert databases.tenants["org_alpha"].find_one({"_id": "kept"}) == {"_id": "kept", "added": True}
