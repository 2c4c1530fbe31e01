"""Shapes of answers about deleted organizations, for the OpenAPI document alone; no function imports them."""

from typing import Literal

from pydantic import BaseModel, Field

from tenantry.http.audit import Actor
from tenantry.http.organizations.answers import OrganizationReference


class Deletion(BaseModel):
    """A deleted organization as the operator sees it."""

    organization: OrganizationReference
    state: Literal["kept", "purging"] = Field(description="Nobody brings back what is being purged.")
    deleted_at: str
    deleted_by: Actor = Field(description="Who deleted it, or wanted it to be purged before it was due.")
    purge_at: str = Field(description="Until when it can be brought back.")
    cluster: str = Field(examples=["main"])
    kind: Literal["collection", "pooled"]
    members: int = Field(description="How many it had.", examples=[3])


class Deletions(BaseModel):
    """Answer of GET /operator/deletions: what is purged next comes first."""

    deletions: list[Deletion]
    next_cursor: str | None = Field(description="Of the next page; null on the last.")
