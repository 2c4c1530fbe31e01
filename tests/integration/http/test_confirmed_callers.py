"""How a caller who was presumed is confirmed: before anything leaves, once, and by a look at present."""

from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from tenantry.identity import authentication, presumed_callers, presuming
from tenantry.registry import clusters
from tenantry.registry.usage import counting
from tenantry.runtime.settings import settings
from tests.integration.http.presumed import KEPT, World
from tests.integration.lifecycle.moves.places import move
from tests.support import library
from tests.support.databases import Document
from tests.support.recorder import recording

pytestmark = pytest.mark.usefixtures("free_names")


def test_nothing_leaves_while_nobody_can_be_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise AutoReconnect

    seen = presumed_callers._seen.callers.copy()
    with monkeypatch.context() as patched:
        patched.setattr(authentication, "identity_of", fail)
        for send in (World.get, World.insert):
            presumed_callers._seen.callers.update(seen)
            assert send(world).status == 503
    assert world.stored() == [KEPT]


def test_request_is_taken_from_the_rate_and_counted_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "WRITE_EVERY_SECONDS", 0)  # so that each is written at once
    world.set_limit(1)
    assert world.get().status == 200  # the first that has the limit
    world.master["rates"].delete_many({})
    world.master["usage"].delete_many({})
    library.rename(library.membership(world.account_id(), world.owner.id), "Renamed")
    assert world.get().status == 200
    assert world.get().status == 429
    with recording(monkeypatch) as recorder:
        world.master["rates"].delete_many({})
        world.get()
        recorder.commands.clear()
        assert world.get().status == 429
        sent = [(next(iter(command)), next(iter(command.values()))) for _, command in recorder.commands]
        assert sent == [("update", "rates"), ("aggregate", "account_epochs")]
    world.revoke()
    assert world.get().status == 401
    usage = world.master["usage"].find_one({"organization_id": world.owner.id})
    assert usage is not None
    assert usage["requests"] == 2


def test_rate_that_is_lowered_counts_at_once(world: World) -> None:
    world.set_limit(100)
    for _ in range(2):  # the second is presumed, and so comes with that rate
        assert world.get().status == 200
    world.limit()
    assert world.get().status == 429


def test_rate_that_is_raised_takes_a_request_once(world: World) -> None:
    world.set_limit(1)
    assert world.get().status == 200
    world.master["rates"].delete_many({})
    world.set_limit(100)
    assert world.get().status == 200  # although it came with a rate that is used up now


def test_answer_names_the_slug_that_a_rename_meanwhile_has_given(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMER_SLUG_DAYS", "30")
    settings.cache_clear()
    for slug, is_former in (("alpha", True), ("renamed", False)):
        world.get()
        if is_former:
            library.rename(library.membership(world.account_id(), world.owner.id), "Renamed")
        path = f"/organizations/{slug}/documents/kept"
        answer = world.owner.service.get(path, token=world.owner.token)
        assert (answer.status, "deprecation" in answer.headers) == (200, is_former)


def test_look_before_a_commit_elsewhere_is_also_one_at_the_organization_alone(
    world: World, second: Database[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """MongoDB promises linearizable reads of one document by its id only, and so not the joined one."""
    clusters.register("second")
    move(world.owner.id, "second", "collection")
    world.get()
    with recording(monkeypatch) as recorder:
        world.get()
        recorder.commands.clear()
        assert world.insert().status == 201
        sent = [
            (next(iter(command)), command.get("readConcern", {}).get("level"))
            for _, command in recorder.commands
        ]
    assert sent == [
        ("insert", "local"),
        ("aggregate", "majority"),
        ("find", "linearizable"),
        ("commitTransaction", None),
    ]


def test_only_so_many_are_kept() -> None:
    seen = presuming.Seen[str](2, 60)
    for number in range(3):
        seen.put(number, "Ada")
    assert list(seen.callers) == [1, 2]


@pytest.mark.parametrize(("seconds", "presumed"), [(60, "Ada"), (-1, None)])
def test_only_for_so_long_is_somebody_presumed(seconds: float, presumed: str | None) -> None:
    organization: Any = {"_id": "org_1"}
    seen = presuming.Seen[str](2, seconds)
    seen.put("token", "Ada")
    looks: list[str] = []

    def look(caller: str) -> Any:
        looks.append(caller)
        return organization

    assert presuming.confirmed(lambda: seen.presume("token", look), lambda: None) == presumed
    assert looks == ([presumed] if presumed else [])
