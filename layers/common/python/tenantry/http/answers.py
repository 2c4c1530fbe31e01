"""Answers about the service, and problems: shapes for the OpenAPI document; no function imports them."""

from typing import Literal

from pydantic import BaseModel, Field


class Health(BaseModel):
    """Answer of GET /health."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Answer of GET /health/ready."""

    status: Literal["ready"] = "ready"


class JsonWebKeySet(BaseModel):
    """Answer of GET /.well-known/jwks.json (RFC 7517 section 5)."""

    keys: list[dict[str, str | int]]


class IssuerMetadata(BaseModel):
    """Answer of GET /.well-known/openid-configuration: what verifies access tokens, and no more."""

    issuer: str = Field(description="Claim `iss` of the tokens.")
    jwks_uri: str
    introspection_endpoint: str = Field(description="Takes AWS Signature Version 4.")
    id_token_signing_alg_values_supported: list[Literal["EdDSA"]] = Field(
        description="What signs access tokens; there are no ID tokens."
    )
    subject_types_supported: list[Literal["public"]]


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
    invitation: str | None = Field(default=None, description="Of already-invited: its id.")
    indexes: list[str] | None = Field(default=None, description="That refuse a document, or are refused.")
    name: str | None = Field(
        default=None, description="Of limit-reached and too-many-requests: which limit.", examples=["members"]
    )
    limit: int | None = Field(default=None, description="How many there may be.")
    use: int | None = Field(default=None, description="Of limit-reached: how many there are.")
    failed: list[str] | None = Field(default=None, description="Of not-ready: the checks that fail.")
