"""No cluster is filled past its limit, whoever wants to be on it at the same time."""

import io
import json
from functools import partial

import pytest
from pymongo.database import Database

from tenantry.errors import CapacityExhausted
from tenantry.lifecycle import deleting
from tenantry.registry import clusters, schema
from tenantry.storage import policy, pools
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases, Document
from tests.support.owners import PASSWORD
from tests.support.proxy_events import proxy_event
from tests.support.service import LambdaContext, Service, handler

AT_ONCE = 8


def namespaces() -> dict[str, int]:
    return {cluster["_id"]: cluster["namespaces"] for cluster in clusters.find_all()}


def test_the_masters_cluster_is_registered_with_the_first_organization(databases: Databases) -> None:
    library.create("Google")
    (cluster,) = clusters.find_all()
    assert (cluster["_id"], cluster["limit"], cluster["namespaces"]) == ("main", clusters.DEFAULT_LIMIT, 2)


def test_registering_again_changes_what_is_named(databases: Databases) -> None:
    for limit in (10, None, 20, None):
        clusters.register("second", limit)
    assert {cluster["_id"]: cluster["limit"] for cluster in clusters.find_all()} == {
        "main": clusters.DEFAULT_LIMIT,
        "second": 20,
    }


@pytest.mark.parametrize("room", [1, 5])
def test_of_many_creations_at_once_as_many_succeed_as_there_is_room_for(
    room: int, databases: Databases, log: io.StringIO
) -> None:
    clusters.register("main", limit=2 * room + 1)
    results = at_once([partial(library.create, f"Org {number}") for number in range(AT_ONCE)])
    refused = [result for result in results if isinstance(result, CapacityExhausted)]
    assert len(refused) == AT_ONCE - room, results
    assert len(databases.collections()) == room
    assert namespaces() == {"main": 2 * room}
    assert "No cluster has room" in log.getvalue()
    databases.check_invariants()


def test_clusters_are_filled_one_after_the_other(second: Database[Document], databases: Databases) -> None:
    clusters.register("main", limit=6)
    clusters.register("second", limit=10)
    results = at_once([partial(library.create, f"Org {number}") for number in range(AT_ONCE)])
    assert not [result for result in results if isinstance(result, Exception)]
    assert (len(databases.collections()), len(second.list_collection_names())) == (3, 5)
    assert namespaces() == {"main": 6, "second": 10}
    with pytest.raises(CapacityExhausted):
        library.create("One more")


def test_place_of_a_deleted_organization_is_free_again(databases: Databases) -> None:
    clusters.register("main", limit=2)
    deleting.delete(library.create("Google"))
    assert namespaces() == {"main": 0}
    library.create("Amazon")
    with pytest.raises(CapacityExhausted):
        library.create("Apple")


def test_warning_comes_before_the_limit(databases: Databases, log: io.StringIO) -> None:
    for limit, used in ((20, 10), (5, 40)):
        clusters.register("main", limit)
        if limit == 20:
            library.create("Google")
        assert policy.percent_used() == (used, {"main": used})
    assert "nearly full" not in log.getvalue()
    clusters.register("main", 2)
    assert policy.percent_used() == (100, {"main": 100})
    assert '"message":"A cluster is nearly full"' in log.getvalue()


def test_it_is_reported_for_all_clusters_and_for_each(
    databases: Databases, capsys: pytest.CaptureFixture[str]
) -> None:
    clusters.register("main", limit=20)
    clusters.register("eu-2", limit=20)
    library.create("Google")
    handler("reconcile")({}, LambdaContext("reconcile"))
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "NamespacesUsed" in line]
    dimensions = [line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] for line in written]
    assert sorted(dimensions) == [[["cluster", "service"]]] * 2 + [[["service"]]]
    percent = {line.get("cluster"): line["NamespacesUsed"] for line in written}
    assert percent == {None: [5], "main": [10], "eu-2": [0]}


def test_operator_chooses_the_kind(databases: Databases) -> None:
    schema.ensure_schema()
    clusters.register("main")
    pools.create("main", "pool_0")
    for name, kind in (("One", "collection"), ("Two", "pooled"), ("Three", "")):
        body = {"name": name, "email": f"{name}@example.com", "password": PASSWORD}
        body |= {"placement": kind} if kind else {}
        headers = {"Content-Type": "application/json"}
        event = proxy_event("POST", "/operator/organizations", headers, json.dumps(body))
        event["requestContext"]["identity"]["userArn"] = "arn:aws:iam::123456789012:user/operator"
        answer = Service().send(event)
        assert answer.status == 201
        stored = databases.organization(answer.json["organization"]["id"])
        assert (stored["pool"] == "pool_0") == (kind == "pooled")
