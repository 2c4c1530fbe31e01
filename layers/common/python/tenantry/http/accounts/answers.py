"""Shapes of answers about accounts and logins, for the OpenAPI document alone; no function imports them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tenantry.http.organizations.answers import Organization, OrganizationReference
from tenantry.identity.roles import Role


class Account(BaseModel):
    """A person's account."""

    id: str = Field(examples=["acct_0b9c5f2e7d6a4e3f8c1b2a3d4e5f6071"])
    email: str = Field(description="As its owner wrote it.", examples=["Ada@example.com"])
    verified: bool = Field(description="Whether the address is verified to be its owner's.", examples=[False])
    created_at: str


class MembershipOfAccount(OrganizationReference):
    """An organization that the account is a member of."""

    role: Role
    state: Literal["creating", "active", "renaming", "deleting"]
    suspended: bool = Field(description="Whether the operator of this service has suspended it.")


class OwnAccount(Account):
    """Answer of GET /account."""

    organizations: list[MembershipOfAccount] = Field(description="By their slugs, at most 1,000.")


class Session(BaseModel):
    """A login and what refreshes have made of it."""

    id: str = Field(examples=["ses_2b7e151628aed2a6abf7158809cf4f3c"])
    current: bool = Field(description="Whether this request comes from it.")
    started_at: str
    last_used_at: str = Field(description="When it was started or refreshed last.")
    expires_at: str
    organization: OrganizationReference | None = Field(description="None if it is in no organization.")
    source_address: str | None = Field(
        description="IP address of its last login or refresh; null if it is not known.",
        examples=["203.0.113.7"],
    )
    user_agent: str | None = Field(
        description="What the client called itself there (User-Agent), the first 300 characters; null if it "
        "is not known. Any client may have written it: show it as text.",
        examples=["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
    )


class Sessions(BaseModel):
    """Answer of GET /account/sessions."""

    sessions: list[Session] = Field(description="Of the latest login first, at most 100.")


class CreatedOrganization(BaseModel):
    """Answer of POST /organizations."""

    organization: Organization
    account: Account


class AccessToken(BaseModel):
    """Answer of POST /login/confirm (RFC 6749 section 5.1, and what the token is for)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the token's type (RFC 6750), not a secret
    expires_in: int = Field(description="Seconds until the token expires.", examples=[900])
    organization: Organization | None = Field(description="None while the account has no organization.")


class Tokens(AccessToken):
    """Answer of POST /login/refresh and /login/switch."""

    model_config = ConfigDict(json_schema_extra=lambda schema: schema["required"].remove("refresh_token"))

    refresh_token: str = Field(
        description="For POST /login/refresh or /login/switch, once; the answer has the next one. It is left "
        "out if the request asked for it in a cookie."
    )


class LoggedIn(Tokens):
    """Answer of POST /login."""

    device_token: str = Field(
        description="To be kept, also when the session ends, and sent with the next login from this device. "
        "It opens nothing, and ends with the password."
    )
