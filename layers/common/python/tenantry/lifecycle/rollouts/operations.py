"""What an operator asks for: beginning, working on, pausing, resuming and undoing a roll-out."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import bson
from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.audit.recording import Action
from tenantry.errors import RolloutRefused
from tenantry.lifecycle.rollouts import drift, planning, progress, work
from tenantry.lifecycle.rollouts.progress import Progress
from tenantry.lifecycle.rollouts.work import Means, Worker
from tenantry.registry import rollouts
from tenantry.registry.organizations import rolled_out
from tenantry.registry.rollouts import CURRENT, WORKING, Definition, RolloutDocument, RolloutExists, State
from tenantry.runtime import mongodb

BUSY_ROUNDS: Final = 20  # looks at organizations that are changing, before the next run is left to look


def begin(name: str, definition: Definition) -> RolloutDocument:
    """Begin a roll-out, or return the one of this name that is the same.

    Raises
    ------
    RolloutRefused
        Another roll-out has or had the name, or it cannot begin, as `planning.check` says; nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it.
    """
    while rollouts.find(name) is None:
        place = rollouts.count()
        planning.check(definition)
        with suppress(
            RolloutExists
        ):  # of those that begin at the same moment, one after the other is checked
            _insert(name, definition, place)
    present = progress.find(name)
    if present["definition"] != bson.decode(bson.encode(definition)):
        raise RolloutRefused(f"A roll-out {name} does something else; give this one another name")
    if present["state"] not in CURRENT:
        raise RolloutRefused(f"The roll-out {name} is undone; give this one another name")
    return present


@mongodb.in_transaction
def _insert(session: ClientSession, name: str, definition: Definition, place: int) -> None:
    rollouts.insert(name, definition, place, session)
    recording.record("rollout.started", [], session, {"rollout": name})


def apply(name: str, means: Means) -> Progress:
    """Work on a roll-out until it is finished, paused, or time is over.

    Raises
    ------
    RolloutNotFound
    RolloutRefused
        It is paused or undone, or its function cannot be run here.
    RolloutBusy, RolloutLost
        Another process works on it.
    pymongo.errors.PyMongoError
        Repeat it; it goes on from here.
    """
    rollout = progress.find(name)
    if rollout["state"] not in WORKING:
        raise RolloutRefused(f"The roll-out {name} is {rollout['state']}")
    if rollout["definition"]["function"] and means.change_documents is None:
        raise RolloutRefused("The function of this roll-out is run by the command line alone")
    with work.held(name, means, WORKING) as worker:
        is_over = _pass_canary(worker) and _until_none_is_left(worker, lambda: work.apply_to_pending(worker))
        if worker.has_failed_too_often():
            _pause(name, "failures")
        elif is_over:
            _finish(worker)
    return progress.of(name)


def _until_none_is_left(worker: Worker, attempt: Callable[[], bool]) -> bool:
    for _ in range(BUSY_ROUNDS):
        if attempt():
            return True
        if not worker.may_go_on():
            return False
        time.sleep(work.BUSY_PAUSE_SECONDS)
    return False


def _pass_canary(worker: Worker) -> bool:
    """Do the first organizations; tell whether the others may follow."""
    rollout, canary = worker.rollout, worker.rollout["definition"]["canary"]
    if canary is None or rollout["is_canary_passed"]:
        return True
    name, first = rollout["_id"], canary["organizations"]
    if isinstance(first, int):
        came_to = rolled_out.count(name, "done") + rolled_out.count(name, "failed")
        is_over = _until_none_is_left(
            worker, lambda: work.apply_to_pending(worker, limit=max(first - came_to, 0))
        )
    else:
        is_over = _until_none_is_left(worker, lambda: work.apply_to_pending(worker, among=first))
    if not is_over:
        return False
    if canary["is_checked"] and not rolled_out.count(name, "failed") and not drift.is_anywhere(rollout):
        return rollouts.change(name, WORKING, {"is_canary_passed": True})
    _pause(name, "canary")
    return False


def _finish(worker: Worker) -> None:
    _transition(worker.rollout["_id"], ("running",), {"state": "finished"}, "rollout.finished")


def _pause(name: str, paused_by: str) -> bool:
    changes = {"state": "paused", "paused_by": paused_by}
    return _transition(name, WORKING, changes, "rollout.paused")


def pause(name: str) -> RolloutDocument:
    """Let nobody begin with another organization until the roll-out is resumed; created ones lack it so long.

    Raises
    ------
    RolloutNotFound
    RolloutRefused
        It is undone.
    """
    is_paused = _pause(name, "operator")
    rollout = progress.find(name)
    if not is_paused and rollout["state"] != "paused":
        raise RolloutRefused(f"The roll-out {name} is {rollout['state']}")
    return rollout


def resume(name: str) -> RolloutDocument:
    """Let a roll-out go on, behind its canary if it has paused there, and try again where it has failed.

    Raises
    ------
    RolloutNotFound
    RolloutRefused
        It is undone.
    """
    rollout = progress.find(name)
    if rollout["state"] not in CURRENT:
        raise RolloutRefused(f"The roll-out {name} is {rollout['state']}")
    rolled_out.retry_failed(name)
    changes: dict[str, Any] = {"state": "running", "paused_by": None}
    if rollout["paused_by"] == "canary":
        changes["is_canary_passed"] = True
    _transition(name, CURRENT, changes, "rollout.resumed")
    return progress.find(name)


def begin_undoing(name: str) -> RolloutDocument:
    """Let a roll-out be taken back; from now on nobody gets it.

    Raises
    ------
    RolloutNotFound
    RolloutRefused
        A later roll-out has replaced its validator, and is to be undone first; nothing changed.
    """
    rollout = progress.find(name)
    if rollout["state"] in CURRENT:
        _check_last(rollout)
        _transition(name, CURRENT, {"state": "undoing", "paused_by": None}, "rollout.withdrawn")
    return progress.find(name)


def _check_last(rollout: RolloutDocument) -> None:
    if rollout["definition"]["validator"] is None:
        return
    current = [present for present in rollouts.find_current() if present["definition"]["validator"]]
    if current and current[-1]["_id"] != rollout["_id"]:
        raise RolloutRefused(f"Undo {current[-1]['_id']} first, which has replaced its validator")


def undo(name: str, means: Means) -> Progress:
    """Take a roll-out back until nothing is left of it, or time is over.

    Raises
    ------
    RolloutNotFound
    RolloutBusy, RolloutLost
        Another process works on it.
    pymongo.errors.PyMongoError
        Repeat it; it goes on from here.
    """
    rollout = progress.find(name)
    states: tuple[State, ...] = ("undoing", "undone")
    if rollout["state"] in states:
        with work.held(name, means, states) as worker:
            if _until_none_is_left(worker, lambda: work.undo_everywhere(worker)):
                changes = {"state": "undone", "reserves": rollouts.reserved_once_undone(name)}
                _transition(name, ("undoing",), changes, "rollout.undone")
    return progress.of(name)


@mongodb.in_transaction
def _transition(
    session: ClientSession, name: str, states: tuple[State, ...], changes: dict[str, Any], action: Action
) -> bool:
    is_changed = rollouts.change(name, states, changes, session)
    if is_changed:
        recording.record(action, [], session, {"rollout": name})
    return is_changed
