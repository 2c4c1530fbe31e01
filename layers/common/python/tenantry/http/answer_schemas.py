"""Shapes of answers, for the OpenAPI document alone; no function imports them.

What functions answer is made in `tenantry.http.representations`.
"""

from typing import Any, Literal

from pydantic import BaseModel, Field


class Organization(BaseModel):
    """An organization as its members see it."""

    id: str = Field(
        description="Opaque, never used again.", examples=["org_6f1d0a52c4b94a0d8e1f7a3c5b2d9e80"]
    )
    name: str = Field(examples=["Google"])
    slug: str = Field(examples=["google"])
    collection: str = Field(description="The tenant's MongoDB collection.", examples=["org_google"])
    state: Literal["creating", "active", "renaming", "deleting"]
    version: int = Field(description="Grows with every change; the ETag.", examples=[1])
    metadata: dict[str, Any] = Field(examples=[{"plan": "pro", "seats": 5}])
    created_at: str
    updated_at: str


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


class Health(BaseModel):
    """Answer of GET /health."""

    status: Literal["ok"] = "ok"


class JsonWebKeySet(BaseModel):
    """Answer of GET /.well-known/jwks.json (RFC 7517 section 5)."""

    keys: list[dict[str, str]]


class FieldError(BaseModel):
    """One wrong field of a request."""

    field: str
    message: str


class Problem(BaseModel):
    """Every answer that is not a success (RFC 9457)."""

    type: str = Field(examples=["urn:tenantry:problem:organization-exists"])
    title: str = Field(examples=["Organization exists"])
    status: int = Field(examples=[409])
    detail: str
    code: str = Field(examples=["organization-exists"])
    instance: str = Field(description="Identifies this answer; quote it in a report.")
    errors: list[FieldError] | None = None
    organizations: list[dict[str, str]] | None = None
    indexes: list[str] | None = Field(default=None, description="That refuse a document, or are refused.")
    limit: int | None = Field(default=None, description="Of limit-reached: how many there may be.")
    use: int | None = Field(default=None, description="Of limit-reached: how many there are.")
