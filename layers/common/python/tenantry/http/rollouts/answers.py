"""Shapes of answers about roll-outs."""

from typing import Any

from pydantic import BaseModel, Field

from tenantry.lifecycle.rollouts.progress import Progress
from tenantry.registry.organizations import rolled_out
from tenantry.registry.rollouts import RolloutDocument
from tenantry.runtime.moments import rfc3339

FAILURES_SHOWN = 100


class Failure(BaseModel):
    """An organization where a roll-out has failed."""

    organization_id: str = Field(examples=["org_0b9c5f2e7d6a4e3f8c1b2a3d4e5f6071"])
    slug: str = Field(examples=["google"])
    reason: str = Field(examples=["another index has the same name, or the same fields"])


class RollOutSummary(BaseModel):
    """A roll-out."""

    name: str = Field(examples=["orders-by-date"])
    state: str = Field(description="running, paused, finished, undoing or undone.", examples=["running"])
    paused_by: str | None = Field(description="operator, canary or failures.", examples=["canary"])
    started_at: str
    changed_at: str


class RollOutStatus(RollOutSummary):
    """A roll-out, and how far it is."""

    done: int = Field(description="Organizations that have it.", examples=[9800])
    failed: int = Field(description="Organizations where it has failed.", examples=[1])
    pending: int = Field(description="Organizations that it has not come to.", examples=[199])
    remaining_seconds: float | None = Field(
        description="How long the rest takes; null if nobody works on it.", examples=[4.2]
    )
    failures: list[Failure] = Field(description=f"The first {FAILURES_SHOWN} of them.")
    definition: dict[str, Any] = Field(
        examples=[{"indexes": [{"name": "by-date", "keys": [["at", -1]], "unique": False, "partial": False}]}]
    )


class RollOuts(BaseModel):
    """Answer of GET /operator/rollouts."""

    rollouts: list[RollOutSummary]


def summary_of(rollout: RolloutDocument) -> RollOutSummary:
    """Return a roll-out as operators see it."""
    return RollOutSummary(
        name=rollout["_id"],
        state=rollout["state"],
        paused_by=rollout["paused_by"] if rollout["state"] == "paused" else None,
        started_at=rfc3339(rollout["started_at"]),
        changed_at=rfc3339(rollout["changed_at"]),
    )


def status_of(progress: Progress) -> RollOutStatus:
    """Return a roll-out and how far it is, as operators see it."""
    name = progress.rollout["_id"]
    failed = rolled_out.find_failed(name, "", FAILURES_SHOWN)
    return RollOutStatus(
        **summary_of(progress.rollout).model_dump(),
        done=progress.done,
        failed=progress.failed,
        pending=progress.pending,
        remaining_seconds=progress.remaining_seconds,
        failures=[
            Failure(organization_id=organization["_id"], slug=organization["slug"], reason=reason)
            for organization, reason in failed
        ],
        definition=dict(progress.rollout["definition"]),
    )
