"""API keys that are presumed to be what they were: whatever has happened since, the answer is that of today.

Each test lets something happen between a request and the look behind it, and sends another one afterwards
from a process that remembers the key as it was before.
"""

from collections.abc import Callable
from contextvars import Context
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from tenantry.identity import presumed_callers
from tenantry.identity.api_keys import access
from tenantry.runtime import moments
from tests.integration.http.presumed import KEPT, World
from tests.integration.http.test_round_trips import key_of
from tests.support.overtaking import once_before
from tests.support.service import Answer

pytestmark = pytest.mark.usefixtures("free_names")

Event = Callable[[World], object]
Send = Callable[[World], Answer]
UNAUTHORIZED: Final = (401, "invalid-token")


def revoke(world: World) -> None:
    world.master["api_keys"].delete_many({})


def end_secret(world: World) -> None:
    world.master["api_keys"].update_many({}, {"$set": {"secrets.0.hash": b"another"}})


def expire(world: World) -> None:
    ended = moments.now() - timedelta(seconds=1)
    world.master["api_keys"].update_many({}, {"$set": {"expires_at": ended}})


REFUSING: Final[dict[str, tuple[Event, tuple[int, str]]]] = {
    "revoked": (revoke, UNAUTHORIZED),
    "secret ended": (end_secret, UNAUTHORIZED),
    "expired": (expire, UNAUTHORIZED),
    "suspended": (World.suspend, (403, "organization-suspended")),
    "limited": (World.limit, (429, "too-many-requests")),
}
SENT: Final[dict[str, Send]] = {"read": World.get, "insert": World.insert}


@pytest.fixture
def keyed(world: World) -> World:
    """An owner's program, whose key this process has seen."""
    keyed = World(replace(world.owner, token=key_of(world.owner)), world.databases)
    assert keyed.get().json == KEPT
    assert presumed_callers._seen_keys.callers
    return keyed


def happening(world: World, monkeypatch: pytest.MonkeyPatch, event: Event, send: Send) -> Answer:
    """Send a request, and let an event happen before the look at its key, which is presumed."""
    presumed: list[bool] = []
    seen = presumed_callers._seen_keys.callers
    before = len(seen)

    def happen() -> None:
        presumed.append(len(seen) < before)  # since whoever is presumed is taken out until the look
        Context().run(event, world)  # another process, which answers no request

    once_before(monkeypatch, access, "find", happen)
    answer = send(world)
    assert presumed == [True]
    return answer


@pytest.mark.parametrize("event", REFUSING.values(), ids=REFUSING)
@pytest.mark.parametrize("order", [("read", "insert"), ("insert", "read")], ids=lambda order: order[0])
def test_who_is_refused_by_the_look_has_read_and_written_nothing(
    keyed: World,
    event: tuple[Event, tuple[int, str]],
    order: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happen, refusal = event
    seen = presumed_callers._seen_keys.callers.copy()
    answer = happening(keyed, monkeypatch, happen, SENT[order[0]])
    assert (answer.status, answer.code) == refusal
    failures = keyed.master["rates"].find_one({"_id": {"$ne": keyed.owner.id}})
    if refusal == UNAUTHORIZED:  # which is counted once, although the request has been started twice
        assert failures is not None
        assert failures["requests"] == access.FAILURES_PER_MINUTE - 1
    else:
        assert failures is None
    presumed_callers._seen_keys.callers.update(seen)
    answer = SENT[order[1]](keyed)
    assert (answer.status, answer.code) == refusal
    assert list(keyed.databases.tenants["org_alpha"].find()) == [KEPT]


def test_who_is_deleted_reads_and_writes_nothing_of_the_heir(
    keyed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = presumed_callers._seen_keys.callers.copy()
    answer = happening(keyed, monkeypatch, World.end, World.get)
    assert (answer.status, answer.code) == UNAUTHORIZED
    presumed_callers._seen_keys.callers.update(seen)
    answer = keyed.insert()  # to the place of the heir, until the look
    assert (answer.status, answer.code) == UNAUTHORIZED
    keyed.check_heir()
    keyed.databases.check_invariants()


@pytest.mark.parametrize("event", [World.rename, World.move], ids=["renamed, name taken", "moved"])
def test_who_has_another_place_is_followed(
    keyed: World, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = presumed_callers._seen_keys.callers.copy()
    answer = happening(keyed, monkeypatch, event, World.get)
    assert (answer.status, answer.json) == (200, KEPT)
    presumed_callers._seen_keys.callers.update(seen)
    assert keyed.insert().status == 201
    assert keyed.stored() == [KEPT, {"_id": "late"}]
    keyed.check_heir()
    keyed.databases.check_invariants()
