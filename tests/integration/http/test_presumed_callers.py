"""Callers who are presumed to be who they were: whatever has happened since, the answer is that of today.

Each request comes with a token that this process has seen, so it is served before anybody asks who calls.
What happens in between, or has happened before in another process, leaves no trace in answers or documents.
"""

import json
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from tenantry.http.documents import representations
from tenantry.identity import authentication, presumed_callers, presuming
from tenantry.lifecycle import deleting, suspending
from tenantry.registry import clusters
from tenantry.registry.usage import counting
from tenantry.runtime.settings import settings
from tenantry.storage import pools
from tenantry.tenants import TenantCollection
from tests.integration.kinds import POOL
from tests.integration.lifecycle.moves.places import move
from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.overtaking import once_before
from tests.support.owners import Owner
from tests.support.recorder import recording
from tests.support.service import Answer

KEPT: Final = {"_id": "kept", "of": "the owner"}
HEIRS: Final = {"_id": "kept", "of": "the heir"}
UNAUTHORIZED: Final = (401, "invalid-token")
ROLE_TOO_LOW: Final = (403, "role-too-low")
TOO_MANY: Final = (429, "too-many-requests")

pytestmark = pytest.mark.usefixtures("free_names")


@dataclass(frozen=True)
class World:
    """An owner who is presumed, and what happens to it."""

    owner: Owner
    databases: Databases

    @property
    def path(self) -> str:
        return f"{self.owner.path}/documents"

    def get(self, path: str = "/kept", **parts: Any) -> Answer:
        return self.owner.service.get(self.path + path, token=self.owner.token, **parts)

    def insert(self) -> Answer:
        return self.owner.service.post(self.path, {"_id": "late"}, token=self.owner.token)

    def put(self) -> Answer:
        return self.owner.service.put(f"{self.path}/kept", {"of": "the put"}, token=self.owner.token)

    @property
    def master(self) -> Database[Document]:
        return self.databases.master

    def account_id(self) -> str:
        (member,) = self.master["members"].find({"organization_id": self.owner.id})
        return str(member["account_id"])

    def revoke(self) -> None:
        self.master["sessions"].delete_many({"organization_id": self.owner.id})

    def raise_epoch(self) -> None:
        self.master["accounts"].update_one({"_id": self.account_id()}, {"$inc": {"auth_epoch": 1}})

    def demote(self) -> None:
        self.master["members"].update_one({"organization_id": self.owner.id}, {"$set": {"role": "viewer"}})

    def remove(self) -> None:
        self.master["members"].delete_one({"organization_id": self.owner.id})

    def suspend(self) -> None:
        suspending.suspend(self.owner.id)

    def limit(self) -> None:
        self.set_limit(0)

    def set_limit(self, requests: int) -> None:
        limits = {"limits": {"requests_per_minute": requests}}
        self.master["organizations"].update_one({"_id": self.owner.id}, {"$set": limits})

    def end(self) -> None:
        """Delete the organization; another gets its name, and a document with the same id."""
        deleting.delete(library.membership(self.account_id(), self.owner.id))
        self.create_heir()

    def rename(self) -> None:
        """Rename the organization; another gets its name, and a document with the same id."""
        library.rename(library.membership(self.account_id(), self.owner.id), "Renamed")
        self.create_heir()

    def create_heir(self) -> None:
        heir = library.create("Alpha", "heir@example.com")
        TenantCollection(heir.organization_id).insert_one(dict(HEIRS))

    def move(self) -> None:
        clusters.register(clusters.MAIN)
        pools.create(clusters.MAIN, POOL)
        move(self.owner.id, clusters.MAIN, "pooled")

    def stored(self) -> list[Document]:
        return TenantCollection(self.owner.id).find({})

    def check_heir(self) -> None:
        """Check that whoever has the name now, if anybody, has the documents that it had."""
        heir = self.master["organizations"].find_one({"slug": "alpha", "_id": {"$ne": self.owner.id}})
        assert heir is None or list(self.databases.tenants["org_alpha"].find()) == [HEIRS]


Event = Callable[[World], None]
Outcome = tuple[int, str]
REFUSING: Final[dict[str, tuple[Event, Outcome]]] = {
    "revoked": (World.revoke, UNAUTHORIZED),
    "epoch changed": (World.raise_epoch, UNAUTHORIZED),
    "no member": (World.remove, UNAUTHORIZED),
    "suspended": (World.suspend, UNAUTHORIZED),
    "limited": (World.limit, TOO_MANY),
}
DEMOTED: Final = {"demoted": (World.demote, ROLE_TOO_LOW)}
DELETED: Final = {"deleted, name taken": (World.end, UNAUTHORIZED)}
FOLLOWED: Final[dict[str, Event]] = {"renamed, name taken": World.rename, "moved": World.move}
WRITES: Final[dict[str, tuple[Callable[[World], Answer], int, list[Document]]]] = {
    "insert": (World.insert, 201, [KEPT, {"_id": "late"}]),
    "put": (World.put, 200, [{"_id": "kept", "of": "the put"}]),
}


@pytest.fixture
def world(owner: Owner, databases: Databases) -> World:
    databases.tenants["org_alpha"].replace_one({"_id": "kept"}, KEPT)
    world = World(owner, databases)
    assert world.get().json == KEPT
    return world


def let_happen(
    event: Event, world: World, monkeypatch: pytest.MonkeyPatch, *, is_between: bool
) -> list[bool]:
    """Let an event happen now, or when the caller is about to be confirmed; return whether it has."""
    happened: list[bool] = []

    def happen() -> None:
        Context().run(event, world)  # another process, which answers no request
        happened.append(True)

    assert presumed_callers._seen.callers, "nobody is presumed"
    if is_between:
        once_before(monkeypatch, authentication, "identity_of", happen)
    else:
        happen()
    return happened


@pytest.mark.parametrize("event", [*REFUSING.values(), *DELETED.values()], ids=[*REFUSING, *DELETED])
@pytest.mark.parametrize("is_between", [False, True], ids=["before", "between"])
def test_read_of_whom_may_not_read_is_refused(
    world: World, event: tuple[Event, Outcome], *, is_between: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen, refusal = event
    happened = let_happen(happen, world, monkeypatch, is_between=is_between)
    answer = world.get()
    assert (answer.status, answer.code) == refusal
    assert happened
    world.check_heir()


@pytest.mark.parametrize("event", FOLLOWED.values(), ids=FOLLOWED)
@pytest.mark.parametrize("is_between", [False, True], ids=["before", "between"])
def test_read_follows_the_documents(
    world: World, event: Event, *, is_between: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened = let_happen(event, world, monkeypatch, is_between=is_between)
    answer = world.get()
    assert (answer.status, answer.json) == (200, KEPT)
    assert happened
    world.check_heir()


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("event", [*REFUSING.values(), *DEMOTED.values()], ids=[*REFUSING, *DEMOTED])
@pytest.mark.parametrize("is_between", [False, True], ids=["before", "between"])
def test_write_of_whom_may_not_write_is_rolled_back(
    *,
    world: World,
    event: tuple[Event, Outcome],
    write: tuple[Callable[[World], Answer], int, list[Document]],
    is_between: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happen, refusal = event
    happened = let_happen(happen, world, monkeypatch, is_between=is_between)
    answer = write[0](world)
    assert (answer.status, answer.code) == refusal
    assert happened
    assert list(world.databases.tenants["org_alpha"].find()) == [KEPT]


# No rename, deletion or move comes between a write and the look behind it: they wait for the transaction.
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_write_to_a_name_that_another_has_by_now_is_refused(
    world: World, write: tuple[Callable[[World], Answer], int, list[Document]]
) -> None:
    world.end()
    answer = write[0](world)
    assert (answer.status, answer.code) == UNAUTHORIZED
    world.check_heir()
    world.databases.check_invariants()


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("event", FOLLOWED.values(), ids=FOLLOWED)
def test_write_follows_the_documents(
    world: World, event: Event, write: tuple[Callable[[World], Answer], int, list[Document]]
) -> None:
    event(world)
    send, status, documents = write
    assert send(world).status == status
    assert world.stored() == documents
    world.check_heir()
    world.databases.check_invariants()


def test_what_a_demoted_member_may_still_read_is_read(world: World) -> None:
    world.demote()
    assert world.get().json == KEPT
    assert world.put().code == "role-too-low"


def test_every_outcome_is_that_of_a_process_that_has_seen_nobody(
    world: World, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with a request, that it has been presumed to be somebody's changes nothing."""
    stranger = library.create("Stranger")
    service, token = world.owner.service, world.owner.token
    requests: list[tuple[Callable[[], Answer], list[int]]] = [
        (lambda: world.get("/missing"), [404, 404, 401]),
        (lambda: world.get("?filter=x"), [422, 422, 401]),
        (lambda: world.get("?cursor=x"), [422, 422, 401]),
        (lambda: world.get("?colour=red"), [422, 422, 401]),
        (lambda: world.get("?limit=many"), [422, 422, 422]),  # which nobody's token is needed for
        (lambda: world.get(headers={"If-Match": '"x"'}), [412, 412, 401]),
        (lambda: world.get(headers={"If-None-Match": "*"}), [304, 304, 401]),
        (lambda: world.get(headers={"If-Match": "x"}), [400, 400, 401]),
        (lambda: service.post(world.path, KEPT, token=token), [409, 403, 401]),
        (lambda: service.post(world.path, [7], token=token), [207, 403, 401]),
        (
            lambda: service.get(f"/organizations/{stranger.organization_id}/count", token=token),
            [404, 404, 401],
        ),
        (lambda: with_error(world, monkeypatch), [500, 500, 401]),
        (lambda: with_outage(world, monkeypatch), [503, 503, 401]),
    ]

    def outcome(request: Callable[[], Answer]) -> tuple[Any, set[str]]:
        log.seek(log.truncate(0))
        answer = request()
        return answer.apart_from_request_id, set(json.loads(log.getvalue().splitlines()[-1]))

    seen = presumed_callers._seen.callers.copy()
    for number, event in enumerate([lambda: None, world.demote, world.revoke]):
        event()
        for request, statuses in requests:
            presumed_callers._seen.forget()
            expected = outcome(request)
            assert expected[0][0] == statuses[number]
            presumed_callers._seen.callers.update(seen)
            assert outcome(request) == expected
    assert presumed_callers._seen.callers == {}, "whom a look has refused is presumed again"


def with_error(world: World, monkeypatch: pytest.MonkeyPatch) -> Answer:
    with monkeypatch.context() as patched:
        patched.setattr(representations, "document_answer", lambda *_: 1 / 0)
        return world.get()


def with_outage(world: World, monkeypatch: pytest.MonkeyPatch) -> Answer:
    def fail(_: str) -> None:
        raise AutoReconnect

    with monkeypatch.context() as patched:
        patched.setattr(clusters, "tenant_database", fail)
        return world.get()


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
    seen = presuming.Seen[str](2)
    for number in range(3):
        seen.put(number, "Ada")
    assert list(seen.callers) == [1, 2]
