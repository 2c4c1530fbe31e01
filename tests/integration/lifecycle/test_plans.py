"""Plans are there as long as an organization has them."""

from functools import partial
from typing import Any

import pytest

from tenantry.errors import InvalidFields, PlanInUse, PlanNotFound
from tenantry.lifecycle import configuring, deleting, plans
from tenantry.registry import limits
from tenantry.runtime.settings import settings
from tests.integration.audit.records import actions, of_operator
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.service import Answer, Service

ROUNDS = range(6)


def ask(service: Service, method: str, path: str = "", body: Any = None) -> Answer:
    return of_operator(service, method, f"/operator/plans{path}", body)


def test_plans_are_made_changed_listed_and_removed(service: Service, databases: Databases) -> None:
    before = len(actions(databases))
    for name in ("pro", "default", "basic"):
        body = {"limits": {"members": 50}}
        assert (answer := ask(service, "PUT", f"/{name}", body)).status == 201
        assert answer.json == {"name": name} | body
    for _ in range(2):
        assert ask(service, "PUT", "/pro", {"limits": {}}).status == 200
    first = ask(service, "GET", "?limit=2").json
    assert [plan["name"] for plan in first["plans"]] == ["basic", "default"]
    second = ask(service, "GET", f"?limit=2&cursor={first['next_cursor']}").json
    assert second == {"plans": [{"name": "pro", "limits": {}}], "next_cursor": None}
    assert ask(service, "DELETE", "/pro").status == 204
    assert ask(service, "DELETE", "/pro").code == "plan-not-found"
    assert ask(service, "DELETE", "/default").status == 204
    made_and_changed = ["plan.changed"] * 4
    assert actions(databases)[before:] == [*made_and_changed, "plan.removed", "plan.removed"]


@pytest.mark.parametrize("path", ["/PRO", "/-pro", "/" + "p" * 65, "/a%20b"])
def test_malformed_names_are_refused(service: Service, path: str, databases: Databases) -> None:
    assert ask(service, "PUT", path, {"limits": {}}).status == 422
    assert ask(service, "DELETE", path).status == 422
    assert databases.master["plans"].find_one() is None


@pytest.mark.parametrize(
    "body", [{}, {"limits": {"hats": 1}}, {"limits": {"members": 1001}}, {"limits": None}]
)
def test_malformed_limits_are_refused(service: Service, body: Any, databases: Databases) -> None:
    assert ask(service, "PUT", "/pro", body).status == 422
    assert databases.master["plans"].find_one() is None


def test_plan_that_an_organization_has_stays(service: Service, databases: Databases) -> None:
    plans.put("pro", {"members": 50})
    member = library.create("Google", plan="pro")
    assert ask(service, "DELETE", "/pro").code == "plan-in-use"
    configuring.configure("google", {"plan": "default"}, lambda _: True)
    assert ask(service, "DELETE", "/pro").status == 204
    assert limits.plan_of(databases.organization(member.organization_id)) == "default"  # type: ignore[arg-type]


@pytest.mark.usefixtures("consistent_in_the_end")
def test_plan_of_a_deleted_organization_that_can_be_brought_back_stays(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELETION_GRACE_DAYS", "7")
    settings.cache_clear()
    plans.put("pro", {"members": 50})
    deleting.delete(library.create("Google", plan="pro"))
    assert databases.master["deletions"].count_documents({"organization.plan": "pro"}) == 1
    with pytest.raises(PlanInUse):
        plans.remove("pro")


@pytest.mark.parametrize("_", ROUNDS)
def test_plan_is_removed_or_taken_but_not_both(databases: Databases, _: int) -> None:
    plans.put("pro", {})
    member = library.create("Google")
    take = partial(configuring.configure, member.organization_id, {"plan": "pro"}, lambda _: True)
    create = partial(library.create, "Beta", plan="pro")
    removed, taken, created = at_once([partial(plans.remove, "pro"), take, create])
    has_plan = databases.master["plans"].find_one({"_id": "pro"}) is not None
    assert has_plan == isinstance(removed, PlanInUse)
    assert has_plan == (not isinstance(taken, Exception) or not isinstance(created, Exception))
    for outcome in (taken, created):
        assert not isinstance(outcome, Exception) or isinstance(outcome, InvalidFields)
    users = databases.master["organizations"].count_documents({"plan": "pro"})
    assert users == sum(not isinstance(outcome, Exception) for outcome in (taken, created))


def test_plan_that_is_not_there_is_not_removed(databases: Databases) -> None:
    with pytest.raises(PlanNotFound):
        plans.remove("pro")
    assert actions(databases) == []


def test_changes_of_a_plan_at_once_leave_one_of_them(databases: Databases) -> None:
    outcomes = at_once([partial(plans.put, "pro", {"members": number}) for number in range(4)])
    assert sorted(outcomes) == [False, False, False, True]
    (stored,) = databases.master["plans"].find()
    assert stored["limits"]["members"] in range(4)
