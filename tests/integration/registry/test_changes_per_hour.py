"""An organization changes so often an hour, whatever is changed; other organizations pay nothing for it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest

from tenantry.identity.members import Membership
from tenantry.lifecycle import updating
from tenantry.lifecycle.updating import Changes
from tenantry.runtime.settings import settings
from tenantry.tenants import TenantCollection
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.owners import Owner, sign_up
from tests.support.service import Answer

ALLOWED: Final = 12

pytestmark = pytest.mark.usefixtures("few_changes")


@pytest.fixture
def few_changes(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CHANGES_PER_HOUR", str(ALLOWED))
    settings.cache_clear()
    yield
    settings.cache_clear()


def patch(owner: Owner, **changes: Any) -> Answer:
    return owner.service.patch(owner.path, changes, token=owner.token)


def change_metadata(owner: Owner, number: int) -> Answer:
    return patch(owner, metadata={"n": number})


def change_name(owner: Owner, number: int) -> Answer:
    return patch(owner, name=f"Alpha {number}", slug=owner.slug)


def rename(owner: Owner, number: int) -> Answer:
    return patch(owner, name=f"{owner.slug} {number}")


def change_indexes(owner: Owner, number: int) -> Answer:
    """Create an index, and drop it in the next step."""
    indexes = f"{owner.path}/indexes"
    if number % 2:
        return owner.service.delete(f"{indexes}/a", token=owner.token)
    return owner.service.post(indexes, {"keys": [{"field": "a"}], "name": "a"}, token=owner.token)


def change_by_turns(owner: Owner, number: int) -> Answer:
    step, turn = divmod(number, 4)
    kinds: list[Callable[[], Answer]] = [
        partial(change_metadata, owner, step),
        partial(change_name, owner, step),
        partial(rename, owner, step + 100),
        partial(change_indexes, owner, step),
    ]
    return kinds[turn]()


def let_pass(databases: Databases, duration: timedelta) -> None:
    databases.master["organizations"].update_many(
        {},
        [
            {
                "$set": {
                    "changes_until": {"$subtract": ["$changes_until", duration // timedelta(milliseconds=1)]}
                }
            }
        ],
    )


def assert_refused(answer: Answer) -> None:
    assert (answer.status, answer.code) == (429, "too-many-requests")
    assert 0 < int(answer.headers["retry-after"]) <= 3600 / ALLOWED


@pytest.mark.parametrize("change", [change_metadata, change_name, rename, change_indexes, change_by_turns])
def test_changes_of_an_organization_are_limited(
    owner: Owner, databases: Databases, change: Callable[[Owner, int], Answer]
) -> None:
    neighbour = sign_up(owner.service, "Beta")
    statuses = [change(owner, number).status for number in range(ALLOWED)]
    assert all(status < 300 for status in statuses), statuses
    before = databases.organization(owner.id)
    assert_refused(change(owner, ALLOWED))
    assert databases.organization(owner.id) == before
    assert change(neighbour, 0).status < 300
    let_pass(databases, timedelta(hours=1) / ALLOWED)
    assert change(owner, ALLOWED).status < 300
    assert_refused(change(owner, ALLOWED + 1))


def test_what_changes_nothing_does_not_count(owner: Owner, databases: Databases) -> None:
    assert change_metadata(owner, 0).status == 200
    assert change_indexes(owner, 0).status == 201
    before = databases.organization(owner.id)
    for _ in range(ALLOWED + 1):
        assert change_metadata(owner, 0).status == 200
        assert change_indexes(owner, 0).status == 201
        missing = owner.service.delete(f"{owner.path}/indexes/missing", token=owner.token)
        assert missing.status == 404
    assert databases.organization(owner.id) == before


def test_asking_for_taken_names_is_limited_more(owner: Owner, databases: Databases) -> None:
    """For the answer tells that the name is taken; a free one is refused, too, once they are too many."""
    sign_up(owner.service, "Beta")
    answers = [patch(owner, slug="beta").code for _ in range(4)]
    assert answers == ["organization-exists"] * 3 + ["too-many-requests"]
    assert patch(owner, slug="free").code == "too-many-requests"
    organization = databases.organization(owner.id)
    assert (organization["version"], organization["slug"]) == (1, "alpha")


def test_changes_at_once_all_count(member: Membership, databases: Databases) -> None:
    documents = TenantCollection(member.organization_id)
    metadata = [Changes(metadata={f"key{number}": 1}) for number in range(8)]
    changes: list[Callable[[], object]] = [
        partial(updating.update, member, change, lambda _: True) for change in metadata
    ]
    changes += [partial(documents.create_index, [(f"field{number}", 1)]) for number in range(8)]
    before = databases.organization(member.organization_id)["version"]
    at_once(changes)
    organization = databases.organization(member.organization_id)
    done = organization["version"] - before + len(databases.stored("org_google").index_information()) - 1
    assert 0 < done <= ALLOWED
    accepted = [change_of(member, number) for number in range(ALLOWED)]
    assert accepted.count(True) == ALLOWED - done


def change_of(member: Membership, number: int) -> bool:
    try:
        updating.update(member, Changes(metadata={"n": number}), lambda _: True)
    except Exception:
        return False
    return True
