"""Shapes of answers to services: for the OpenAPI document; no function imports them."""

from pydantic import BaseModel, Field

from tenantry.identity.roles import Role
from tenantry.registry.organizations.document import Limit


class Place(BaseModel):
    """Where an organization's documents are."""

    cluster: str = Field(examples=["main"])
    database: str = Field(examples=["tenantry_tenants"])
    collection: str = Field(examples=["org_google"])
    tenant: str | None = Field(
        default=None,
        description="In a shared collection: `_id.tenant` of the organization's documents there.",
        examples=["org_6f1d0a52c4b94a0d8e1f7a3c5b2d9e80"],
    )


class CallersOrganization(BaseModel):
    """The organization that a token is for, at this moment."""

    id: str = Field(examples=["org_6f1d0a52c4b94a0d8e1f7a3c5b2d9e80"])
    slug: str
    version: int = Field(
        description="Another one after every change of the organization and its place.", examples=[7]
    )
    limits: dict[Limit, int] = Field(description="Its own, and those of its plan.")
    place: Place | None = Field(description="null while the documents are about to be elsewhere.")


class Introspection(BaseModel):
    """Whether a token is valid at this moment, and what it says then (RFC 7662 section 2.2)."""

    active: bool
    token_type: str | None = Field(default=None, examples=["Bearer"])
    iss: str | None = Field(default=None, examples=["urn:tenantry:tenantry-prod"])
    aud: str | None = Field(default=None, examples=["tenantry"])
    sub: str | None = Field(
        default=None,
        description="Id of the account, or of the API key.",
        examples=["acct_0b9c5f2e7d6a4e3f8c1b2a3d4e5f6071"],
    )
    iat: int | None = Field(default=None, examples=[1795977490])
    nbf: int | None = Field(default=None, examples=[1795977490])
    exp: int | None = Field(default=None, examples=[1795978390])
    jti: str | None = Field(default=None, examples=["kDGpVvMz0m2cQmXb9T0xWA"])
    auth_time: int | None = Field(
        default=None, description="When the password was verified.", examples=[1795977490]
    )
    scope: str | None = Field(
        default=None, description="Of an API key: what it may do.", examples=["documents:read indexes"]
    )
    role: Role | None = Field(
        default=None, description="The member's role at this moment.", examples=["editor"]
    )
    organization: CallersOrganization | None = None
