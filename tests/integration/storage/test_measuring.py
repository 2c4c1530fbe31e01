"""How much organizations store is measured once a day, wherever it lies, and changes nothing else of them."""

from datetime import timedelta

import bson
import pytest
from pymongo.database import Database

from tenantry.identity.members import Membership
from tenantry.lifecycle.moves import requests
from tenantry.registry import clusters
from tenantry.registry.organizations import finding, usage
from tenantry.registry.organizations.document import OrganizationDocument, place_of
from tenantry.registry.organizations.usage import Size
from tenantry.runtime import moments
from tenantry.storage import measuring, pools
from tenantry.tenants import TenantCollection
from tests.integration import kinds
from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.recorder import recording

DOCUMENTS: list[Document] = [
    {"_id": 1, "text": "ä" * 100},
    {"_id": "two", "list": [1, 2.5, None]},
    {"_id": {"of": bson.ObjectId()}, "kind": b"\0" * 1000},
]
STORED = Size(len(DOCUMENTS), sum(len(bson.encode(document)) for document in DOCUMENTS))


@pytest.fixture(params=kinds.KINDS)
def member(
    request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> Membership:
    """Owner of Google, which has some documents; another organization has others."""
    kinds.place(request.param, monkeypatch)
    for name in ("Amazon", "Google"):
        member = library.create(name)
        TenantCollection(member.organization_id).insert_many([*DOCUMENTS, {"_id": name}])
    TenantCollection(member.organization_id).delete_one({"_id": "Google"})
    return member


def stored(member: Membership) -> OrganizationDocument:
    organization = finding.find(member.organization_id)
    assert organization is not None
    return organization


def size_of(member: Membership) -> Size | None:
    measured = stored(member).get("usage")
    return Size(measured["documents"], measured["bytes"]) if measured else None


def test_measured_are_documents_as_members_know_them(member: Membership) -> None:
    assert measuring.measure(place_of(stored(member)), member.organization_id) == STORED


def test_each_organization_is_measured_once_a_day(member: Membership, databases: Databases) -> None:
    before = stored(member)
    assert measuring.measure_due() == measuring.Outcome(measured=2)
    after = stored(member)
    assert size_of(member) == STORED
    assert {name: after[name] for name in before} == before  # type: ignore[literal-required]
    assert after["usage"].keys() == {"documents", "bytes", "measured_at"}
    assert after["measure_at"] - after["usage"]["measured_at"] == timedelta(days=1)
    TenantCollection(member.organization_id).delete_many({})
    assert measuring.measure_due() == measuring.Outcome()
    yesterday = {"$set": {"measure_at": moments.now()}}
    databases.master["organizations"].update_one({"_id": member.organization_id}, yesterday)
    assert measuring.measure_due() == measuring.Outcome(measured=1)
    assert size_of(member) == Size(0, 0)


def test_usage_goes_along_with_a_move_and_a_rename(member: Membership, databases: Databases) -> None:
    pools.create(clusters.MAIN, "pool_1")
    measuring.measure_due()
    before = stored(member)["usage"]
    target = "main" if place_of(stored(member)).pool else "main/pooled"
    requests.handle({"organization": member.organization_id, "to": target}, lambda: True)
    library.rename(member, "Alphabet")
    assert stored(member)["usage"] == before
    assert measuring.renew(stored(member), 5)
    assert size_of(member) == STORED


def test_what_was_measured_where_documents_are_no_more_is_not_noted(member: Membership) -> None:
    outdated = stored(member)
    library.rename(member, "Alphabet")
    assert not measuring.renew(outdated, 5)
    assert size_of(member) is None


def test_what_is_added_meanwhile_counts_and_what_is_removed_does_not(
    member: Membership, databases: Databases
) -> None:
    limited = {"$set": {"limits": {"bytes": 10**9}}}
    databases.master["organizations"].update_one({"_id": member.organization_id}, limited)
    assert measuring.renew(stored(member), 5)
    for during, counted in ((Size(2, -300), Size(2, 0)), (Size(-1, 50), Size(0, 50))):
        before = stored(member)
        usage.add(member.organization_id, before["usage"]["measured_at"], during)
        assert usage.save(before, STORED)
        assert usage.added(stored(member)["usage"]) == counted
        assert not usage.save(before, STORED)
        usage.add(member.organization_id, before["usage"]["measured_at"], during)  # late: it has been met
        assert usage.added(stored(member)["usage"]) == counted


def test_cluster_that_is_away_keeps_no_other_from_being_measured(
    databases: Databases, second: Database[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, away = library.create("Alpha"), [library.create(name) for name in ("Beta", "Gamma")]
    organizations = databases.master["organizations"]
    organizations.update_many({}, {"$set": {"measure_at": moments.now() - timedelta(days=8)}})
    organizations.update_many(
        {"_id": {"$ne": here.organization_id}},
        {"$set": {"cluster": "unknown", "measure_at": moments.now() - timedelta(days=9)}},
    )
    monkeypatch.setattr(measuring, "MAX_MEASURED", 2)
    assert measuring.measure_due() == measuring.Outcome(failed=1)
    assert measuring.measure_due() == measuring.Outcome(measured=1)
    assert size_of(here) == Size(0, 0)
    assert [size_of(member) for member in away] == [None, None]


def test_only_what_is_measured_is_read(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds.place("pooled", monkeypatch)
    with recording(monkeypatch) as recorder:
        member = library.create("Google")
        TenantCollection(member.organization_id).insert_many(DOCUMENTS)
        others = [{"_id": {"tenant": "another", "id": number}} for number in range(200)]
        databases.tenants[kinds.POOL].insert_many(others)
        later: list[Document] = [
            {
                "_id": f"org_{n}",
                "slugs": [n],
                "collection": n,
                "measure_at": moments.now() + timedelta(days=1),
            }
            for n in map(str, range(200))
        ]
        databases.master["organizations"].insert_many(later)
        recorder.commands.clear()
        measuring.renew(usage.find_due(5)[0], 5)
    asked = [command for _, command in recorder.commands if "plans" not in command.values()]
    sent = {next(iter(command)): command for command in asked}
    assert examined(databases.master, sent["find"]) == 5
    assert examined(databases.tenants, sent["aggregate"]) == len(DOCUMENTS)


def examined(database: Database[Document], command: Document) -> int:
    asked = {
        name: value
        for name, value in command.items()
        if name not in {"lsid", "$clusterTime", "$db", "txnNumber"}
    }
    plan = database.command({"explain": asked, "verbosity": "executionStats"})
    explained = plan["stages"][0]["$cursor"] if "stages" in plan else plan
    return int(explained["executionStats"]["totalDocsExamined"])
