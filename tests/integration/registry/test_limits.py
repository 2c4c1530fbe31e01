"""Which limits an organization has, and how often the database is asked for them."""

from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace

import pytest

from tenantry.registry import limits
from tenantry.registry.limits import CACHE_SECONDS
from tenantry.registry.organizations.document import Limit, OrganizationDocument, create_document
from tenantry.runtime import mongodb
from tests.support.databases import Databases
from tests.support.recorder import Recorder, recording


@pytest.fixture
def recorder(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    with recording(monkeypatch) as recorder:
        yield recorder


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
