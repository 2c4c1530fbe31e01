"""Shapes of answers about members, for the OpenAPI document alone; no function imports them."""

from pydantic import BaseModel, Field

from tenantry.identity.roles import Role


class Member(BaseModel):
    """A member of an organization as the other members see it."""

    id: str = Field(examples=["mem_3c9d1e7f5a2b4c6d8e0f1a2b3c4d5e6f"])
    account_id: str = Field(
        description="As GET /account and the audit record have it.",
        examples=["acct_0b9c5f2e7d6a4e3f8c1b2a3d4e5f6071"],
    )
    email: str = Field(description="As the account's owner wrote it.", examples=["Ada@example.com"])
    verified: bool = Field(description="Whether the address is verified.")
    role: Role
    joined_at: str


class MemberPage(BaseModel):
    """Answer of GET /organizations/{organization}/members."""

    members: list[Member] = Field(description="Who has joined first comes first.")
    next_cursor: str | None = Field(description="Of the next page; null on the last.")


class OwnershipTransfer(BaseModel):
    """Ownership that is offered."""

    owner: str = Field(
        description="Id of the member who offers it.", examples=["mem_3c9d1e7f5a2b4c6d8e0f1a2b3c4d5e6f"]
    )
    member: str = Field(
        description="Id of the member to whom.", examples=["mem_7a1b2c3d4e5f60718293a4b5c6d7e8f9"]
    )
    expires_at: str
