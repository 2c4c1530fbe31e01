"""Shapes of answers to the operator about organizations, for the OpenAPI document alone."""

from typing import Literal

from pydantic import BaseModel, Field

from tenantry.http.organizations.answers import ConfiguredOrganization, OrganizationReference


class OrganizationSummary(OrganizationReference):
    """An organization in a list."""

    state: Literal["creating", "active", "renaming", "deleting"]
    version: int = Field(examples=[1])
    created_at: str
    updated_at: str
    cluster: str = Field(description="Where its documents are.", examples=["main"])
    kind: Literal["collection", "pooled"]
    plan: str = Field(examples=["default"])
    suspended_at: str | None = Field(description="Null unless it is suspended.")
    moving: bool = Field(description="Whether its documents are being moved.")
    intent: bool = Field(description="Whether it is being created, renamed or deleted.")


class OrganizationSummaries(BaseModel):
    """Answer of GET /operator/organizations."""

    organizations: list[OrganizationSummary]
    next_cursor: str | None = Field(
        description="Of the next page; null on the last. Any other page may be shorter than limit, or empty."
    )


class PlaceOfDocuments(BaseModel):
    """Where documents are."""

    cluster: str = Field(examples=["main"])
    kind: Literal["collection", "pooled"]
    collection: str = Field(examples=["org_google"])


class MeasuredUsage(BaseModel):
    """How much an organization stored at a moment."""

    documents: int = Field(examples=[1200])
    bytes: int = Field(description="BSON, neither compressed nor with indexes.", examples=[512000])
    measured_at: str


class IntentOverview(BaseModel):
    """A creation, rename or deletion that is decided and not finished; `reconcile` finishes it."""

    name: str
    slug: str
    since: str


class MoveOverview(BaseModel):
    """A move of an organization's documents."""

    phase: Literal["copying", "comparing", "cleaning"]
    source: PlaceOfDocuments
    target: PlaceOfDocuments
    started_at: str
    progressed_at: str


class OrganizationOverview(ConfiguredOrganization):
    """Answer of GET /operator/organizations/{organization}."""

    cluster: str = Field(examples=["main"])
    kind: Literal["collection", "pooled"]
    place: PlaceOfDocuments
    suspended_at: str | None = Field(description="Null unless it is suspended.")
    moving: bool
    owners: list[str] = Field(description="Ids of the accounts that own it, the oldest member first.")
    members: int = Field(description="Owners included.", examples=[3])
    sessions: int = Field(description="That have not ended.", examples=[2])
    last_used_at: str | None = Field(
        description="When one of these sessions was started or refreshed last, minutes apart from use itself."
    )
    usage: MeasuredUsage | None = Field(description="Null if it could not be measured in time.")
    indexes: int = Field(description="That it has created.", examples=[1])
    effective_limits: dict[str, int] = Field(
        description="Its own and, where it has none, those of its plan.", examples=[{"documents": 1000}]
    )
    intent: IntentOverview | None
    move: MoveOverview | None


class OwnerWithAddress(BaseModel):
    """An owner of an organization."""

    account_id: str = Field(examples=["acct_0b9c5f2e7d6a4e3f8c1b2a3d4e5f6071"])
    email: str = Field(examples=["ada@example.com"])
    verified: bool
    since: str = Field(description="Since when it is a member.")


class OwnersWithAddresses(BaseModel):
    """Answer of GET /operator/addresses/owners."""

    owners: list[OwnerWithAddress]
