"""Shapes of answers about invitations, for the OpenAPI document alone; no function imports them."""

from typing import Literal

from pydantic import BaseModel, Field

from tenantry.http.accounts.answers import Account
from tenantry.http.organizations.answers import OrganizationReference
from tenantry.identity.roles import Role


class Invitation(BaseModel):
    """An invitation as the organization's admins see it; its link is in the mail alone."""

    id: str = Field(examples=["inv_4c1d9a2be07f4f6c8d3a5b6e7f809112"])
    email: str = Field(description="As the inviter wrote it.", examples=["Grace@example.com"])
    role: Role = Field(examples=["editor"])
    invited_by: str = Field(
        description="The account that sent it last.", examples=["acct_0b9c5f2e7d6a4e3f8c1b2a3d4e5f6071"]
    )
    created_at: str
    expires_at: str = Field(description="Seven days after it was sent last.")
    state: Literal["pending", "accepted", "revoked", "expired"]


class Invitations(BaseModel):
    """Answer of GET /organizations/{organization}/invitations: newest first."""

    invitations: list[Invitation] = Field(description="Those that ended less than 30 days ago included.")
    next_cursor: str | None = Field(description="Of the next page; null on the last.")


class AcceptedInvitation(BaseModel):
    """Answer of POST /invitations/accept: what the account has joined, and as what."""

    organization: OrganizationReference
    role: Role = Field(examples=["editor"])
    account: Account
