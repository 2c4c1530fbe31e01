"""Callers who are presumed to be who they were: whatever has happened since, the answer is that of today.

Each request comes with a token that this process has seen, so it is served before anybody asks who calls.
What happens in between, or has happened before in another process, leaves no trace in answers or documents.
"""

import json
from collections.abc import Callable
from contextvars import Context
from io import StringIO
from typing import Any, Final

import pytest
from pymongo.errors import AutoReconnect

from tenantry.http.documents import representations
from tenantry.identity import authentication, presumed_callers
from tenantry.registry import clusters
from tests.integration.http.presumed import KEPT, World
from tests.support import library
from tests.support.databases import Document
from tests.support.overtaking import once_before
from tests.support.service import Answer

UNAUTHORIZED: Final = (401, "invalid-token")
ROLE_TOO_LOW: Final = (403, "role-too-low")
TOO_MANY: Final = (429, "too-many-requests")

pytestmark = pytest.mark.usefixtures("free_names")

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
