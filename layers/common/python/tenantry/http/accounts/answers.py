"""Shapes of answers about accounts and logins, for the OpenAPI document alone; no function imports them."""

from typing import Literal

from pydantic import BaseModel, Field

from tenantry.http.organizations.answers import Organization


class Account(BaseModel):
    """An administrator's account."""

    id: str = Field(examples=["acct_0b9c5f2e7d6a4e3f8c1b2a3d4e5f6071"])
    email: str = Field(description="As its owner wrote it.", examples=["Ada@example.com"])
    created_at: str


class CreatedOrganization(BaseModel):
    """Answer of POST /organizations."""

    organization: Organization
    account: Account


class AccessToken(BaseModel):
    """Answer of POST /login and /login/refresh (RFC 6749 section 5.1, and what the token is for)."""

    access_token: str
    refresh_token: str = Field(description="For POST /login/refresh, once; the answer has the next one.")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the token's type (RFC 6750), not a secret
    expires_in: int = Field(description="Seconds until the token expires.", examples=[900])
    organization: Organization | None = Field(description="None while the account has no organization.")


class LoggedIn(AccessToken):
    """Answer of POST /login."""

    device_token: str = Field(
        description="To be kept, also when the session ends, and sent with the next login from this device. "
        "It opens nothing, and ends with the password."
    )
