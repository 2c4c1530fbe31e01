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
    metadata: dict[str, Any] = Field(examples=[{"plan": "pro", "seats": 5}])
    created_at: str
    updated_at: str
