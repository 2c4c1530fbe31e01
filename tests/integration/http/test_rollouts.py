"""/operator/rollouts and the function that works on roll-outs, as API Gateway and the schedule call them."""

import json
from typing import Any

import pytest

from tenantry.registry import clusters
from tests.support.databases import Databases
from tests.support.owners import Owner, sign_up
from tests.support.proxy_events import proxy_event
from tests.support.service import Answer, LambdaContext, handler

ROLLOUT = {
    "name": "by-date",
    "indexes": [{"name": "by-date", "keys": [{"field": "at"}]}],
    "canary": {"organizations": 1},
}


class Lambda(LambdaContext):
    """With as much time as the function has."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def call(owner: Owner, method: str, path: str, body: Any = None) -> Answer:
    fields = {} if body is None else {"Content-Type": "application/json"}
    event = proxy_event(method, path, fields, None if body is None else json.dumps(body))
    event["requestContext"]["identity"]["userArn"] = "arn:aws:iam::123456789012:user/ada"
    return owner.service.send(event)


def work() -> None:
    handler("roll_out")({}, Lambda("roll_out"))


def test_story_of_a_roll_out(owner: Owner, databases: Databases) -> None:
    sign_up(owner.service, "Beta")
    begun = call(owner, "POST", "/operator/rollouts", ROLLOUT)
    assert (begun.status, begun.json["state"], begun.json["pending"]) == (202, "running", 2)
    assert begun.headers["location"].endswith("/operator/rollouts/by-date")
    path = "/operator/rollouts/by-date"
    work()
    assert call(owner, "GET", path).json["paused_by"] == "canary"
    assert call(owner, "POST", f"{path}/resume").status == 202
    work()
    status = call(owner, "GET", path).json
    assert (status["state"], status["done"], status["failures"]) == ("finished", 2, [])
    usage = owner.service.get(f"{owner.path}/usage", token=owner.token).json
    assert usage["limits"]["indexes"] == {"use": 0, "limit": 10}
    # Whoever is passed over, as what is restored or brought back, gets it with a later run.
    databases.master["organizations"].update_one({"_id": owner.id}, {"$unset": {"rollouts": ""}})
    databases.tenants["org_alpha"].drop_index("by-date")
    work()
    assert "by-date" in databases.tenants["org_alpha"].index_information()
    assert call(owner, "POST", f"{path}/undo").json["state"] == "undoing"
    work()
    assert [rollout["state"] for rollout in call(owner, "GET", "/operator/rollouts").json["rollouts"]] == [
        "undone"
    ]
    assert "by-date" not in databases.tenants["org_alpha"].index_information()
    work()


def test_refusals(owner: Owner) -> None:
    function = call(owner, "POST", "/operator/rollouts", ROLLOUT | {"function": "os:abort"})
    assert (function.status, function.json["errors"][0]["field"]) == (422, "function")
    assert call(owner, "POST", "/operator/rollouts", {"name": "nothing"}).status == 422
    assert call(owner, "GET", "/operator/rollouts/nothing").code == "rollout-not-found"
    assert call(owner, "POST", "/operator/rollouts", ROLLOUT).status == 202
    other = call(owner, "POST", "/operator/rollouts", ROLLOUT | {"name": "other"})
    assert (other.status, other.code) == (409, "rollout-refused")
    unsigned = owner.service.get("/operator/rollouts")
    assert (unsigned.status, unsigned.code) == (403, "operator-required")


@pytest.mark.parametrize("rule", [{"$where": "true"}, {"at": {"$oid": "x"}}, {"at": {"$date": 2**70}}])
def test_rule_that_no_collection_can_have_is_refused(owner: Owner, databases: Databases, rule: Any) -> None:
    wanted = {"name": "rule", "organizations": {"kind": "collection"}, "validator": {"rule": rule}}
    refused = call(owner, "POST", "/operator/rollouts", wanted)
    assert (refused.status, refused.code) == (409, "rollout-refused")
    sign_up(owner.service, "Beta")
    assert set(databases.collections()) == {"org_alpha", "org_beta"}


def test_failure_is_told_once(owner: Owner, databases: Databases) -> None:
    databases.tenants["org_alpha"].create_index("other", name="by-date")
    clusters.register("main")
    wanted = {name: value for name, value in ROLLOUT.items() if name != "canary"}
    assert call(owner, "POST", "/operator/rollouts", wanted).status == 202
    with pytest.raises(RuntimeError, match="1 roll-outs"):
        work()
    (failure,) = call(owner, "GET", "/operator/rollouts/by-date").json["failures"]
    assert failure["slug"] == "alpha"
    work()
