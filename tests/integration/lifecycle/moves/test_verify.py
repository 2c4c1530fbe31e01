"""What `tenantry verify` says of moves, and what they say of themselves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli import checker
from tenantry.identity.members import Membership
from tenantry.lifecycle.moves import cleaning, endings, mover, operations, records
from tenantry.lifecycle.moves.errors import OutOfTime
from tenantry.registry.organizations.document import Kind
from tests.integration.cli.planted import verify
from tests.integration.lifecycle.moves.places import AROUND, Places, interrupt
from tests.support.databases import Document

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

Begun = tuple[str, Kind]

pytestmark = pytest.mark.parametrize("begun", [AROUND[2]], indirect=True)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once, since nothing moves here."""
    monkeypatch.setattr(checker, "PAUSE_SECONDS", 0)


def move_of(member: Membership) -> records.MoveDocument:
    move = records.find(member.organization_id)
    assert move is not None
    return move


def change(places: Places, collection: str, changes: Document) -> None:
    assert places.databases.master[collection].update_one({}, {"$set": changes}).modified_count == 1


def rules() -> list[str]:
    return sorted(violation["rule"] for violation in verify("--older-than", "0")[1])


def test_moves_of_a_while_ago_are_in_order(begun: Begun, member: Membership, places: Places) -> None:
    nearly = timedelta(minutes=9)
    change(places, "moves", {"progressed_at": datetime.now(UTC) - nearly, "started_at": LONG_AGO})
    assert verify() == (0, [])
    endings.cancel(member.organization_id)
    assert verify() == (0, [])


def test_move_that_stands_still_is_found_in_each_phase(
    begun: Begun, member: Membership, places: Places
) -> None:
    for phase in ("copying", "cleaning"):
        change(places, "moves", {"progressed_at": LONG_AGO, "leased_until": datetime.now(UTC)})
        status, (violation,) = verify()
        assert (status, violation["rule"], violation["slug"]) == (1, "move-progresses", "google")
        assert f"no further since 2026-01-01T00:00:00+00:00, in the phase {phase}" in violation["detail"]
        endings.cancel(member.organization_id)


def lose_move(places: Places) -> list[str]:
    places.databases.master["moves"].delete_many({})
    return ["move-noted"]


def lose_note(places: Places) -> list[str]:
    change(places, "organizations", {"move": None})
    return ["move-noted"]


def note_another_move(places: Places) -> list[str]:
    change(places, "organizations", {"move.id": "move_other"})
    return ["move-noted"]


def be_elsewhere(places: Places) -> list[str]:
    change(places, "moves", {"source.cluster": "second"})
    return ["move-leaves-other-places"]


def leave_the_source(places: Places) -> list[str]:
    (move,) = places.databases.master["moves"].find()
    change(places, "moves", {"phase": "cleaning", "leftover": move["source"]})
    return ["move-leaves-other-places"]


def lose_time(places: Places) -> list[str]:
    places.databases.master["moves"].update_one({}, {"$unset": {"progressed_at": ""}})
    return ["move-progresses"]


@pytest.mark.parametrize(
    "plant", [lose_move, lose_note, note_another_move, be_elsewhere, leave_the_source, lose_time]
)
def test_damage_is_found(plant: Callable[[Places], list[str]], begun: Begun, places: Places) -> None:
    expected = plant(places)
    assert set(rules()) >= set(expected)
    assert [rule for rule in rules() if rule.startswith("move-")] == expected


def test_only_what_brings_the_end_closer_is_progress(
    begun: Begun, member: Membership, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(places, "moves", {"progressed_at": LONG_AGO})
    with pytest.raises(OutOfTime):
        operations.continue_move(move_of(member), interrupt, ignore)
    assert move_of(member)["progressed_at"] == LONG_AGO
    with pytest.raises(OutOfTime):
        operations.continue_move(move_of(member), second_time(interrupt), ignore)
    assert move_of(member)["phase"] == "comparing"
    assert move_of(member)["progressed_at"] > LONG_AGO


def test_each_batch_is_progress(
    begun: Begun, member: Membership, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mover, "SAVED_EVERY_SECONDS", 0)
    monkeypatch.setattr("tenantry.storage.raw.documents.MAX_BATCH_DOCUMENTS", 10)
    change(places, "moves", {"progressed_at": LONG_AGO})
    with pytest.raises(OutOfTime):
        operations.continue_move(move_of(member), second_time(interrupt), ignore)
    assert move_of(member)["phase"] == "copying"
    assert move_of(member)["progressed_at"] > LONG_AGO


def test_each_batch_that_is_removed_is_progress(begun: Begun, member: Membership, places: Places) -> None:
    endings.cancel(member.organization_id)
    change(places, "moves", {"progressed_at": LONG_AGO})
    with pytest.raises(OutOfTime):
        cleaning.remove_leftover(move_of(member), interrupt)
    assert move_of(member)["progressed_at"] > LONG_AGO


def second_time(action: Callable[[], None]) -> Callable[[], None]:
    calls: list[Any] = []

    def act() -> None:
        calls.append(None)
        if len(calls) > 1:
            action()

    return act


def ignore(*_: object) -> None:
    """Show no progress."""
