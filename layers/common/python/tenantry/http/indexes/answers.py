"""Shapes of answers about indexes."""

from pydantic import BaseModel, Field


class Index(BaseModel):
    """An index."""

    name: str = Field(examples=["by-date"])
    keys: list[dict[str, str | int]] = Field(examples=[[{"field": "at", "order": -1}]])
    unique: bool
    partial: bool = Field(description="Documents that lack one of the fields are left out.")


class Indexes(BaseModel):
    """Answer of GET /organizations/{organization}/indexes."""

    indexes: list[Index]
