"""A roll-out of an index to Alpha: what its operator asks for, and the work on it."""

from collections.abc import Callable
from typing import Final

from tenantry.errors import ServiceUnavailable
from tenantry.lifecycle.rollouts import operations
from tenantry.lifecycle.rollouts.errors import RolloutBusy, RolloutLost
from tenantry.lifecycle.rollouts.progress import Progress
from tenantry.lifecycle.rollouts.work import Means
from tenantry.registry.organizations import rolled_out
from tenantry.registry.rollouts import Definition
from tests.faults.model import Refused, State
from tests.faults.operation import Caller, Operation

INDEX: Final = "by-kind"
ROLL_OUT: Final = "roll-out"
ROLL_BACK: Final = "roll-back"
_NAME: Final = "kinds"
_PREFIX: Final = "Alpha"
_MEANS: Final = Means(lambda: True, 10, lambda *_: None)
_DEFINITION: Final[Definition] = {
    "indexes": [{"name": INDEX, "keys": [("kind", 1)], "unique": False, "partial": False}],
    "validator": None,
    "function": None,
    "organizations": {"ids": None, "kind": None, "cluster": None, "plan": None, "prefix": _PREFIX},
    "canary": None,
    "parallel": 1,
    "max_failures": 10,
}


def begin() -> Operation:
    """Begin the roll-out, or go on with it."""

    def effect(state: State) -> None:
        if state.rollout is None:
            state.rollout = "begun"
            state.records["rollout.started",] += 1
        elif state.rollout in {"undoing", "undone"}:
            raise Refused("rollout-refused")

    return _operation("begin-roll-out", lambda: operations.begin(_NAME, _DEFINITION), effect)


def pause() -> Operation:
    def effect(state: State) -> None:
        _check_current(state)
        if state.rollout == "begun":
            state.rollout = "paused"
            state.records["rollout.paused",] += 1

    return _operation("pause-roll-out", lambda: operations.pause(_NAME), effect, begin())


def resume() -> Operation:
    """Let the roll-out go on; each time that is asked for it is recorded."""

    def effect(state: State) -> None:
        _check_current(state)
        state.rollout = "begun"
        state.records["rollout.resumed",] += 1

    return _operation("resume-roll-out", lambda: operations.resume(_NAME), effect, begin(), pause())


def withdraw() -> Operation:
    """Let the roll-out be taken back from now on."""

    def effect(state: State) -> None:
        _check_begun(state)
        if state.rollout in {"begun", "paused"}:
            state.rollout = "undoing"
            state.records["rollout.withdrawn",] += 1

    return _operation("withdraw-roll-out", lambda: operations.begin_undoing(_NAME), effect, begin())


def roll_out() -> Operation:
    """Work on the roll-out until Alpha has it, also where it has failed, as who comes each minute does."""

    def work() -> None:
        rolled_out.retry_failed(_NAME)
        _check_done(lambda: operations.apply(_NAME, _MEANS))

    def effect(state: State) -> None:
        _check_current(state)
        if state.rollout == "paused":
            raise Refused("rollout-refused")
        for organization in state.organizations.values():
            if organization.identity == "alpha" and organization.name == _PREFIX:
                organization.is_rolled_out = True

    return _operation(ROLL_OUT, work, effect, begin())


def roll_back() -> Operation:
    """Take the roll-out back until nothing is left of it, as who comes each minute does."""

    def work() -> None:
        _check_done(lambda: operations.undo(_NAME, _MEANS))

    def effect(state: State) -> None:
        _check_begun(state)
        if state.rollout not in {"undoing", "undone"}:
            return
        for organization in state.organizations.values():
            organization.is_rolled_out = False
        if state.rollout == "undoing":
            state.rollout = "undone"
            state.records["rollout.undone",] += 1

    return _operation(ROLL_BACK, work, effect, begin(), roll_out(), withdraw())


def _operation(
    name: str, request: Callable[[], object], effect: Callable[[State], None], *before: Operation
) -> Operation:
    def without_answer(_: Caller) -> None:
        request()

    return Operation(name, without_answer, effect, before=before)


def _check_done(work: Callable[[], Progress]) -> None:
    """Raise if somebody has to come again."""
    try:
        reached = work()
    except (RolloutBusy, RolloutLost) as error:
        raise ServiceUnavailable from error
    if reached.failed or reached.pending or reached.rollout["state"] == "undoing":
        raise ServiceUnavailable


def _check_begun(state: State) -> None:
    if state.rollout is None:
        raise Refused("rollout-not-found")


def _check_current(state: State) -> None:
    _check_begun(state)
    if state.rollout in {"undoing", "undone"}:
        raise Refused("rollout-refused")
