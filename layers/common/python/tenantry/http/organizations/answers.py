"""Shapes of answers about organizations, for the OpenAPI document alone; no function imports them."""

from typing import Any, Literal

from pydantic import BaseModel, Field


class OrganizationReference(BaseModel):
    """Which organization something is about."""

    id: str = Field(
        description="Opaque, never used again.", examples=["org_6f1d0a52c4b94a0d8e1f7a3c5b2d9e80"]
    )
    name: str = Field(examples=["Google"])
    slug: str = Field(examples=["google"])


class Organization(OrganizationReference):
    """An organization as its members see it."""

    collection: str = Field(description="The tenant's MongoDB collection.", examples=["org_google"])
    state: Literal["creating", "active", "renaming", "deleting"]
    version: int = Field(description="Grows with every change; the ETag.", examples=[1])
    metadata: dict[str, Any] = Field(
        description="What the members have set.", examples=[{"color": "green", "employees": 120}]
    )
    properties: dict[str, Any] = Field(
        description="What the operator has set.", examples=[{"region": "eu", "support": "gold"}]
    )
    created_at: str
    updated_at: str


class ConfiguredOrganization(Organization):
    """An organization with all that the operator sets."""

    private: dict[str, Any] = Field(
        description="What the operator has set, and members do not read.",
        examples=[{"customer_number": "C-1041"}],
    )
    plan: str = Field(examples=["pro"])
    limits: dict[str, int] = Field(
        description="Its own, which count before those of its plan.", examples=[{"members": 50}]
    )


class Plan(BaseModel):
    """A plan: what organizations have that name it."""

    name: str = Field(examples=["pro"])
    limits: dict[str, int] = Field(examples=[{"members": 50, "documents": 100_000}])


class Plans(BaseModel):
    """Answer of GET /operator/plans, by name."""

    plans: list[Plan]
    next_cursor: str | None = Field(description="For the next page; null on the last.")


class FormerSlug(BaseModel):
    """A slug that the organization has left, and that names it until then, for its members."""

    slug: str = Field(examples=["google"])
    since: str
    until: str


class FormerSlugs(BaseModel):
    """Answer of GET /organizations/{organization}/former-slugs."""

    former_slugs: list[FormerSlug]
