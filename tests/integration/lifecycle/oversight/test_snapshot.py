"""What the operator sees of the service at a moment, and what it costs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tenantry.lifecycle import suspending
from tenantry.lifecycle.oversight import doctor, snapshot
from tenantry.lifecycle.rollouts import operations, work
from tenantry.registry.rollouts import WORKING
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.rollouts.definitions import MEANS, definition, roll_out
from tests.support import library, plans
from tests.support.databases import Databases, Document
from tests.support.intents import intend_rename
from tests.support.openapi import OPERATOR_ARN
from tests.support.owners import PASSWORD
from tests.support.proxy_events import proxy_event
from tests.support.recorder import recording
from tests.support.rotation import SigningKeySecret
from tests.support.service import Service

FILLED = 3_000
SMALL = {"clusters", "signing_keys", "issuer"}


def waiting(look: Document) -> dict[str, Document]:
    return {kind["name"]: kind for kind in look["waiting"]}


def test_it_tells_what_is_going_on(databases: Databases, service: Service) -> None:
    alpha, beta, _ = (library.create(name) for name in ("Alpha", "Beta", "Gamma"))
    suspending.suspend(alpha.organization_id)
    intend_rename(beta.organization_id, "Delta")
    earlier = datetime.now(UTC) - timedelta(minutes=30)
    organizations, master = databases.master["organizations"], databases.master
    organizations.update_one({"_id": beta.organization_id}, {"$set": {"intent.created_at": earlier}})
    organizations.update_many({}, {"$set": {"measure_at": earlier}})
    master["outbox"].delete_many({})
    side = {"cluster": "eu-2", "kind": "pooled", "collection": "pool_0", "uuid": None}
    move = {
        "_id": "org_1",
        "phase": "copying",
        "target": side,
        "started_at": earlier,
        "progressed_at": earlier,
    }
    master["moves"].insert_one(move | {"done": {"documents": 12}})
    for _ in range(12):
        service.post("/login", {"email": "nobody@example.com", "password": PASSWORD})
    look = snapshot.take()
    assert look["organizations"] == {
        "total": 3,
        "suspended": 1,
        "kept": 0,
        "creating": 0,
        "renaming": 1,
        "deleting": 0,
    }
    assert waiting(look)["intents"]["is_late"]
    assert waiting(look)["intents"]["oldest_seconds"] == pytest.approx(1800, abs=120)
    assert (waiting(look)["mails"], waiting(look)["measurements"]["number"]) == (
        {"name": "mails", "number": 0, "oldest_seconds": 0.0, "is_late": False},
        3,
    )
    assert look["moves"][0].items() >= {"to": "eu-2/pooled", "documents": 12, "phase": "copying"}.items()
    actions = {action["action"]: action["per_minute"] for action in look["actions"]}
    assert actions["organization.created"] == 3
    assert actions["login.failed"] == 10
    assert look["pausing_counters"] == 1
    (main,) = look["clusters"]
    assert main["connections"] > 0
    assert main["operations"] > 0


def test_roll_outs_are_told_with_what_to_do(databases: Databases) -> None:
    alpha, _ = library.create("Alpha"), library.create("Beta")
    TenantCollection(alpha.organization_id).create_index([("other", 1)], name="by-at")
    roll_out("done", definition("kind"))
    roll_out("failing", definition("at", max_failures=1, parallel=1))
    roll_out("canary", definition("size", canary={"organizations": 1, "is_checked": False}))
    operations.begin("waiting", definition("year"))
    operations.begin("lost", definition("month"))
    operations.begin_undoing("lost")
    long_ago = {"leased_until": datetime.now(UTC) - timedelta(hours=1)}
    databases.master["rollouts"].update_one({"_id": "lost"}, {"$set": long_ago | {"remaining": 7}})
    with work.held("waiting", MEANS, WORKING):
        databases.master["rollouts"].update_one(
            {"_id": "waiting"}, {"$set": {"per_second": 2.0, "remaining": 9}}
        )
        seen = {rollout["rollout"]: rollout for rollout in snapshot.take()["rollouts"]}
        findings = {finding.check: finding for finding in doctor.examine()}
    assert list(seen) == ["failing", "canary", "waiting", "lost"]
    assert (seen["failing"]["state"], seen["failing"]["paused_by"]) == ("paused", "failures")
    assert (seen["failing"]["failed"], seen["canary"]["failed"]) == (1, 0)
    assert (seen["waiting"]["remaining_seconds"], seen["waiting"]["idle_seconds"]) == (4.5, 0)
    assert (seen["lost"]["remaining"], seen["lost"]["remaining_seconds"]) == (7, None)
    assert seen["lost"]["idle_seconds"] == pytest.approx(3600, abs=120)
    said = {
        "failing": "tenantry rollout status failing",
        "canary": "tenantry rollout resume canary",
        "waiting": "",
        "lost": "log of roll_out",
    }
    for name, advice in said.items():
        finding = findings[f"roll-out {name}"]
        assert finding.level == ("warning" if advice else "ok")
        assert advice in finding.advice


@pytest.mark.own_databases
def test_nothing_is_there_yet(databases: Databases) -> None:
    look = snapshot.take()
    assert look["organizations"]["total"] == 0
    assert [look[kind] for kind in ("moves", "rollouts", "actions")] == [[], [], []]
    assert [kind["number"] for kind in look["waiting"]] == [0] * len(look["waiting"])


def test_many_records_are_taken_for_a_part_of_the_minute(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "MOST_RECORDS", 100)
    since = datetime.now(UTC) - timedelta(seconds=20)
    records = [
        {"_id": f"aud_{n}", "at": since + timedelta(milliseconds=10 * n), "action": "login.failed"}
        for n in range(1_000)
    ]
    databases.master["audit"].insert_many(records)
    (action,) = snapshot.take()["actions"]
    assert action["per_minute"] == pytest.approx(6000 * 1 / 11, rel=0.5)


def test_another_cluster_that_is_away_is_told(
    databases: Databases, second: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONGODB_CLUSTERS", '{"gone": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100"}')
    with library.fresh_process():
        main, gone = snapshot.take()["clusters"]
    assert (main["error"], gone["name"], gone["connections"]) == (None, "gone", None)
    assert "Connection refused" in gone["error"]


def test_it_costs_the_same_however_much_there_is(
    databases: Databases, signing_key: SigningKeySecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each question is an index scan of a bounded part, or a number that the server keeps."""
    fill(databases)
    with recording(monkeypatch) as recorder:
        snapshot.take()
        list(doctor.examine())
    queries = [
        query
        for name, command in recorder.commands
        if name == databases.master.name and "listIndexes" not in command
        for query in plans.queries_of(command)
        if (query.get("query") != {} and "query" in query) or "count" not in query
    ]
    assert len(queries) > 15
    for query in queries:
        explanation = plans.explain(databases, query)
        if query[next(iter(query))] not in SMALL:
            assert not plans.has_scan(explanation), query
        assert plans.examined(explanation) <= snapshot.MOST_COUNTED + 1, query


def fill(databases: Databases) -> None:
    """Have many of whatever may become many: organizations, what waits, and what was recorded."""
    now = datetime.now(UTC)
    since = now - timedelta(days=2)
    fields: dict[str, Document] = {
        "organizations": {"created_at": since, "measure_at": now, "state": "active"},
        "outbox": {"at": since},
        "mails": {"at": since},
        "erasures": {"created_at": since},
        "deletions": {"cluster": "main", "purge_at": since},
        "receipts": {"erased_at": since, "unsigned_since": since},
        "audit": {"at": since, "action": "login.failed"},
        "login_attempts": {"expires_at": now + timedelta(days=1), "blocked_until": now},
    }
    for name, content in fields.items():
        unique = [
            content | {"_id": f"x{n}", "deletion_id": f"x{n}", "slugs": [f"x{n}"], "collection": f"x{n}"}
            for n in range(FILLED)
        ]
        databases.master[name].insert_many(unique)
    late = {"intent": {"created_at": since}, "suspended_at": since, "state": "renaming"}
    databases.master["organizations"].update_many({}, {"$set": late})


@pytest.mark.parametrize(
    ("path", "member"), [("/operator/doctor", "findings"), ("/operator/status", "clusters")]
)
def test_the_operator_asks_for_it(service: Service, path: str, member: str) -> None:
    event = proxy_event("GET", path, {}, None)
    assert service.send(event).code == "operator-required"
    event["requestContext"]["identity"]["userArn"] = OPERATOR_ARN
    answer = service.send(event)
    assert answer.status == 200
    assert answer.json[member]
