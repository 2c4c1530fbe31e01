"""Which limits an organization has, and how often the database is asked for them."""

from itertools import count
from types import SimpleNamespace

import pytest

from tenantry.identity.memberships import joining
from tenantry.registry import limits
from tenantry.registry.limits import CACHE_SECONDS
from tenantry.registry.organizations.document import Limit, OrganizationDocument, create_document
from tenantry.runtime import mongodb
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.databases import Databases
from tests.support.recorder import Recorder


def organization(plan: str | None = None, **own: int) -> OrganizationDocument:
    document = create_document("Google", "google", {})
    if plan is not None:
        document["plan"] = plan
    document["limits"] = own  # type: ignore[typeddict-item]
    return document


def store(name: str, **of_plan: int) -> None:
    limits.plans().replace_one({"_id": name}, {"_id": name, "limits": of_plan}, upsert=True)


def current(document: OrganizationDocument, name: Limit) -> int | None:
    return mongodb.run_transaction(lambda session: limits.current(document, name, session))


@pytest.mark.usefixtures("databases")
def test_own_limit_counts_before_that_of_the_plan() -> None:
    assert limits.of(organization()) == {}
    limits.forget()
    store("default", members=3)
    store("pro", members=50, documents=10)
    assert limits.of(organization()) == {"members": 3}
    assert limits.of(organization("pro", members=0)) == {"members": 0, "documents": 10}
    assert current(organization("pro", members=0), "members") == 0
    assert current(organization("pro"), "members") == 50
    assert current(organization("pro"), "indexes") is None


def test_plan_is_read_once_in_a_while_also_if_there_is_none(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = count()
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    for _ in range(3):
        limits.of(organization())
        limits.of(organization("pro"))
    assert [command["find"] for _, command in recorder.commands] == ["plans", "plans"]
    store("pro", members=50)
    for _ in range(CACHE_SECONDS):
        limits.of(organization())
    assert limits.of(organization("pro")) == {"members": 50}


def test_transaction_asks_for_a_plan_only_where_it_limits_something(recorder: Recorder) -> None:
    store("pro", members=50)
    limits.of(organization("pro"))
    recorder.commands.clear()
    assert current(organization("pro"), "indexes") is None
    assert current(organization("pro", members=1), "members") == 1
    assert recorder.commands == []
    store("pro", members=49)
    assert current(organization("pro"), "members") == 49


def test_joining_takes_the_same_commands_with_and_without_limits(
    recorder: Recorder, databases: Databases
) -> None:
    owner = library.create("Google")

    def join(name: str) -> list[str]:
        account_id = library.create(name).account_id
        recorder.commands.clear()
        mongodb.run_transaction(
            lambda session: joining.add(owner.organization_id, account_id, "owner", session)
        )
        return [next(iter(command)) for _, command in recorder.commands]

    lock_and_look = ["update", "update", "find"]
    count_and_insert = ["aggregate", "insert", "aggregate", "commitTransaction"]
    assert join("Beta") == lock_and_look + count_and_insert
    store("default", members=10, organizations_per_account=10)
    library.limit(owner.organization_id, members=5)
    assert join("Gamma") == lock_and_look + count_and_insert


def test_index_that_nothing_limits_takes_no_command_for_it(recorder: Recorder, databases: Databases) -> None:
    documents = TenantCollection(library.create("Google").organization_id)
    documents.create_index([("x", 1)])
    recorder.commands.clear()
    documents.create_index([("y", 1)])
    assert [command for _, command in recorder.commands if "plans" in command.values()] == []
