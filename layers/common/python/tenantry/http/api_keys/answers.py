"""Shapes of answers about API keys, for the OpenAPI document alone; no function imports them."""

from typing import Literal

from pydantic import BaseModel, Field

from tenantry.identity.roles import Scope


class Secret(BaseModel):
    """One of a key's secrets, without the secret."""

    id: str = Field(examples=["sec_7d1f0a52c4b94a0d8e1f7a3c5b2d9e80"])
    created_by: str = Field(
        description="The account that made it.", examples=["acct_0b9c5f2e7d6a4e3f8c1b2a3d4e5f6071"]
    )
    created_at: str
    last_used_at: str | None = Field(
        description="To the minute; null if it has not been used within the last 400 days."
    )


class ApiKey(BaseModel):
    """A key as the organization's admins see it."""

    id: str = Field(
        description="Its 32 digits stand in the key behind tk_.",
        examples=["key_6f1d0a52c4b94a0d8e1f7a3c5b2d9e80"],
    )
    name: str = Field(examples=["Nightly import"])
    scopes: list[Scope] = Field(examples=[["documents:read"]])
    state: Literal["active", "expired"]
    created_by: str = Field(
        description="The account that made it; the key works on when the account leaves the organization.",
        examples=["acct_0b9c5f2e7d6a4e3f8c1b2a3d4e5f6071"],
    )
    created_at: str
    expires_at: str | None = Field(description="Null if it never expires.")
    requests_per_minute: int | None = Field(
        description="How many requests may be sent with it; null if as many as the organization may.",
        examples=[600],
    )
    secrets: list[Secret] = Field(description="One, or two while the key is rotated.")


class ShownApiKey(ApiKey):
    """A key with the secret that has just been made."""

    key: str = Field(
        description="What programs send as the bearer token. It is shown this once.",
        examples=["tk_6f1d0a52c4b94a0d8e1f7a3c5b2d9e80EXAMPLE0000000000000000000000000000000000000000000"],
    )


class ApiKeys(BaseModel):
    """Answer of GET /organizations/{organization}/keys."""

    keys: list[ApiKey] = Field(
        description="The newest first; those that expired less than 30 days ago included."
    )
