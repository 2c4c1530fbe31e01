"""Roll-outs that are under way, wait for the operator, or have failed somewhere.

A finished one that has failed nowhere is none of these. There are as many as are not undone, 50 or so; an
index has the organizations where one has failed. Nobody counts those that it has not come to, for that reads
all organizations: the process at work notes every few seconds how many it expects.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, NamedTuple

from tenantry.lifecycle.oversight.waiting import MOST_COUNTED
from tenantry.registry import rollouts
from tenantry.registry.organizations import rolled_out
from tenantry.registry.rollouts import PausedBy, RolloutDocument, State
from tenantry.runtime import moments

PATIENCE: Final = timedelta(minutes=10)  # the function roll_out comes every minute
MOST: Final = 100


class RollingOut(NamedTuple):
    """A roll-out.

    Parameters
    ----------
    rollout : str
        Its name.
    state, paused_by
        As the roll-out has them.
    failed : int
        In how many organizations it has failed; `MOST_COUNTED` stands for that many or more.
    remaining : int or None
        How many organizations the process that works on it expected last; None if none has for so long.
    remaining_seconds : float or None
        How long these take; None if no process works on it.
    idle_seconds : float
        For how long no process has worked on it; 0 while one does.
    """

    rollout: str
    state: State
    paused_by: PausedBy | None
    failed: int
    remaining: int | None
    remaining_seconds: float | None
    idle_seconds: float


def find_all() -> Iterator[tuple[RollingOut, str]]:
    """Yield each, and what to do; empty if it goes on by itself.

    Raises
    ------
    pymongo.errors.PyMongoError
        The rest is not known.
    """
    for rollout in rollouts.find_not_undone(MOST):
        status = _status(rollout)
        if status.state != "finished" or status.failed:
            yield status, _advice(status, rollout)


def _status(rollout: RolloutDocument) -> RollingOut:
    idle = max((moments.now() - rollout["leased_until"]).total_seconds(), 0.0)
    is_under_way, pace = rollout["state"] in ("running", "undoing"), rollout["per_second"]
    remaining = rollout.get("remaining") if is_under_way or rollout["state"] == "paused" else 0
    seconds = remaining / pace if is_under_way and not idle and pace and remaining is not None else None
    paused_by = rollout["paused_by"] if rollout["state"] == "paused" else None
    failed = rolled_out.count(rollout["_id"], "failed", MOST_COUNTED)
    return RollingOut(rollout["_id"], rollout["state"], paused_by, failed, remaining, seconds, idle)


def _advice(status: RollingOut, rollout: RolloutDocument) -> str:
    resume = f"`tenantry rollout resume {status.rollout}`"
    if status.failed:
        return f"`tenantry rollout status {status.rollout}` says where and why; put it right, then {resume}"
    if status.state == "paused":
        what = "look at the organizations of its canary; " if status.paused_by == "canary" else ""
        return f"{what}{resume} lets it go on; until then organizations that are created lack it"
    if status.idle_seconds < PATIENCE.total_seconds():
        return ""
    if rollout["definition"]["function"] and status.state == "running":
        return "run `tenantry rollout apply` with its file: the command line alone runs its function"
    return "look at the log of roll_out, which goes on with it every minute"
