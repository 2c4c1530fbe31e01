"""Shapes of answers about the service as a whole, for its operator."""

from pydantic import BaseModel, Field

from tenantry.lifecycle.oversight.findings import Level
from tenantry.registry.rollouts import PausedBy, State


class Finding(BaseModel):
    """What was found, and what to do about it."""

    check: str = Field(examples=["signing key"])
    level: Level
    found: str = Field(examples=["urn:tenantry:tenantry-prod has none, so nobody can log in"])
    advice: str = Field(description="What to do next; empty where all is well.")


class Examination(BaseModel):
    """What an examination of the databases has found."""

    findings: list[Finding]


class Waiting(BaseModel):
    """What waits for a function that works in the background."""

    name: str = Field(examples=["mails"])
    number: int = Field(description="At most 1,000 of what has to be counted.")
    oldest_seconds: float = Field(description="For how long the oldest waits, or a move has come no further.")
    is_late: bool = Field(description="Whether that is longer than it should be.")


class Move(BaseModel):
    """A move of an organization that is under way."""

    organization_id: str
    phase: str = Field(examples=["copying"])
    to: str = Field(description="Cluster, with /pooled for a shared collection.", examples=["eu-2/pooled"])
    documents: int = Field(description="How many are done in this phase.")
    seconds: float = Field(description="Since it began.")
    idle_seconds: float = Field(description="Since it last came further.")


class RollingOut(BaseModel):
    """A roll-out that is under way, paused, or has failed in an organization."""

    rollout: str = Field(examples=["orders-by-date"])
    state: State = Field(examples=["running"])
    paused_by: PausedBy | None = Field(examples=[None])
    failed: int = Field(description="In how many organizations; at most 1,000.", examples=[1])
    remaining: int | None = Field(
        description="Organizations to come; null if nobody has counted them.", examples=[199]
    )
    remaining_seconds: float | None = Field(
        description="How long these take; null if no process works on it.", examples=[4.2]
    )
    idle_seconds: float = Field(description="For how long no process has worked on it.", examples=[0.0])


class ActionsPerMinute(BaseModel):
    """How often something was recorded in the latest minute."""

    action: str = Field(examples=["login.succeeded"])
    per_minute: float


class Cluster(BaseModel):
    """A cluster, how full it is, and how busy its server is."""

    name: str
    namespaces: int = Field(description="Collections and indexes that are reserved.")
    limit: int
    pools: int
    connections: int | None
    operations: int | None = Field(description="Since the server started.")
    error: str | None = Field(description="Why the server tells neither.")


class Status(BaseModel):
    """What the service is doing at a moment."""

    at: str
    organizations: dict[str, int] = Field(
        description="How many there are, are suspended, are being created, renamed or deleted, and can be "
        "brought back.",
        examples=[
            {"total": 812, "suspended": 3, "kept": 2, "creating": 0, "renaming": 1, "deleting": 0},
        ],
    )
    waiting: list[Waiting]
    moves: list[Move] = Field(description="At most 20.")
    rollouts: list[RollingOut]
    actions: list[ActionsPerMinute]
    pausing_counters: int = Field(description="Counters of attempts that let nobody try at the moment.")
    clusters: list[Cluster]
