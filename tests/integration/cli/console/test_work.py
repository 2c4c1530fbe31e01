"""What takes longer than a request goes on beside the page, which sees how far it is."""

from collections.abc import Iterator
from typing import Any

import pytest

from cli import checker
from cli.checker import Advance
from cli.console import library_routes, local_routes
from cli.console.work import CheckTime, Work
from tenantry.identity.api_keys import managing, texts
from tenantry.identity.members import Membership
from tenantry.lifecycle.moves import operations
from tenantry.registry.organizations.document import Kind
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.console import Page
from tests.support.databases import Databases
from tests.support.waiting import wait_until

MOVES = "/operator/moves"
PLANS = "/operator/rollout-plans"
LEAKED = "/operator/leaked-keys"


@pytest.fixture
def documents(member: Membership) -> Iterator[TenantCollection]:
    tenantry_json("cluster", "add", "main", "--pools", "1")
    documents = TenantCollection(member.organization_id)
    documents.insert_many([{"_id": number} for number in range(50)])
    yield documents
    assert len(documents.find({})) == 50


def test_move(page: Page, documents: TenantCollection, member: Membership, databases: Databases) -> None:
    request = {"organization": member.organization_id, "to": "main/pooled"}
    assert page.client.post(MOVES, json=request).status_code == 202
    (move,) = page.finished_work(MOVES)["moves"]
    assert (move["state"], move["to"], move["error"]) == ("done", "main/pooled", None)
    assert (move["result"]["documents"], move["result"]["moved"]) == (50, True)
    assert {"name": "Comparing", "done": 50, "expected": 50} in move["progress"]
    shown = page.client.get(f"/operator/organizations/{member.organization_id}").json()
    assert shown["kind"] == "pooled"
    moved = databases.master["audit"].find_one({"action": "organization.moved"})
    assert moved is not None
    assert moved["actor"] == {"type": "operator", "id": page.server.operator}


def test_refused_move_says_why(page: Page, member: Membership) -> None:
    for organization, to, reason in (
        (member.organization_id, "third", "No cluster third is registered"),
        (member.organization_id, "main/shared", "/pooled"),
        ("nobody", "main", "organization"),
    ):
        page.client.post(MOVES, json={"organization": organization, "to": to})
        moves = page.finished_work(MOVES)["moves"]
        (move,) = [move for move in moves if move["organization"] == organization]
        assert (move["state"], reason in move["error"]) == ("failed", True)


def test_console_that_ends_leaves_a_move_that_goes_on_elsewhere(
    page: Page, documents: TenantCollection, member: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = operations.move

    def begun(organization: str, cluster: str, kind: Kind, check_time: CheckTime, advance: Advance) -> Any:
        def wait() -> None:
            wait_until(page.server.local._moves[organization][1]._is_stopped.is_set, 30)
            check_time()

        return move(organization, cluster, kind, wait, advance)

    monkeypatch.setattr(operations, "move", begun)
    page.client.post(MOVES, json={"organization": member.organization_id, "to": "main/pooled"})
    again = page.client.post(MOVES, json={"organization": member.organization_id, "to": "main"})
    assert (again.status_code, again.json()["code"]) == (409, "too-many-moves")
    page.server.local.stop()
    assert [member.organization_id in text for text in page.told] == [True]
    (stopped,) = page.client.get(MOVES).json()["moves"]
    assert (stopped["state"], stopped["error"]) == ("failed", "It was stopped; it can be begun again")
    monkeypatch.setattr(operations, "move", move)
    assert tenantry_json("move", "google", "--to", "main/pooled")["documents"] == 50


def test_move_is_given_up(page: Page, member: Membership) -> None:
    page.client.post(MOVES, json={"organization": member.organization_id, "cancel": True})
    (cancelled,) = page.finished_work(MOVES)["moves"]
    assert cancelled["result"] == {"cancelled": False}


def test_verify(page: Page, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(local_routes, "SHOWN", 1)
    library.create("Google")
    databases.tenants.create_collection("stray_1")
    databases.tenants.create_collection("stray_2")
    assert page.client.post("/operator/verify").status_code == 202
    verification = page.finished_work("/operator/verify")["verification"]
    result = verification["result"]
    assert (verification["state"], result["number"], len(result["violations"])) == ("done", 2, 1)
    assert result["examined"]["organizations"] == 1
    assert {"name": "organizations", "done": 1, "expected": 1} in verification["progress"]


def test_roll_out_is_planned_and_nothing_changes(
    page: Page, member: Membership, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: dict[str, Any] = {"name": "plan", "indexes": [{"name": "at", "keys": [{"field": "at"}]}]}
    planned = page.client.post(PLANS, json=wanted).json()
    assert planned["refusal"] is None
    (cluster,) = planned["clusters"]
    assert (cluster["cluster"], cluster["collections"], cluster["namespaces"]) == ("main", 1, 1)
    assert databases.master["rollouts"].find_one() is None
    rule = {"validator": {"rule": {"$nothing": [{"a": 1}]}}, "organizations": {"kind": "collection"}}
    assert "MongoDB refuses" in page.client.post(PLANS, json=wanted | rule).json()["refusal"]
    for wrong in ({}, wanted | {"parallel": 0}, wanted | {"function": "os:abort"}, wanted | {"indexes": []}):
        refused = page.client.post(PLANS, json=wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-fields"), wrong
    assert page.client.get(PLANS).status_code == 405
    monkeypatch.setattr(library_routes, "SECONDS", 0.3)
    with library.fresh_process():
        monkeypatch.setenv("MONGODB_URI", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50")
        away = page.client.post(PLANS, json=wanted)
    assert (away.status_code, away.json()["code"]) == (503, "service-unavailable")


def test_leaked_key_ends_and_one_that_is_made_up_ends_nothing(
    page: Page, member: Membership, databases: Databases
) -> None:
    made = managing.create(member, managing.NewKey("nightly", ["documents:read"]))
    key_id, key = made.key["_id"], made.text
    for text in ("", "tk_", key_id, texts.draw(key_id).text):
        assert page.client.post(LEAKED, json={"key": text}).json()["code"] == "key-not-found", text
    assert page.client.post(LEAKED, json={"key": 1}).status_code == 422
    revoked = page.client.post(LEAKED, json={"key": f" {key}\n"}).json()
    assert (revoked["name"], revoked["organization_id"]) == ("nightly", member.organization_id)
    recorded = databases.master["audit"].find_one({"action": "key.revoked"})
    assert recorded is not None
    assert recorded["actor"] == {"type": "operator", "id": page.server.operator}
    assert page.client.post(LEAKED, json={"key": key}).status_code == 404


def test_what_should_not_happen_is_told_without_details(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("hush")

    work = Work(fail)
    work.stop(10)
    assert work.content()["error"] == "It failed, which it should not: ValueError"
