"""How far a roll-out is, as the organizations say."""

from typing import NamedTuple

from tenantry.errors import RolloutNotFound
from tenantry.registry import rollouts
from tenantry.registry.organizations import rolled_out
from tenantry.registry.rollouts import CURRENT, RolloutDocument


class Progress(NamedTuple):
    """How far a roll-out is: organizations that have it, where it has failed, and that it has not come to."""

    rollout: RolloutDocument
    done: int
    failed: int
    pending: int

    @property
    def remaining_seconds(self) -> float | None:
        """How long the rest takes at the pace of the process that works on it; None if none does."""
        pace = self.rollout["per_second"]
        is_at_work = self.rollout["state"] == "running" and self.rollout["holder"] is not None
        return self.pending / pace if is_at_work and pace else None


def find(name: str) -> RolloutDocument:
    """Return a roll-out.

    Raises
    ------
    RolloutNotFound
    """
    rollout = rollouts.find(name)
    if rollout is None:
        raise RolloutNotFound
    return rollout


def of(name: str) -> Progress:
    """Tell how far a roll-out is.

    Raises
    ------
    RolloutNotFound
    """
    rollout = find(name)
    pending = rolled_out.count_pending(rollout) if rollout["state"] in CURRENT else 0
    return Progress(rollout, rolled_out.count(name, "done"), rolled_out.count(name, "failed"), pending)
