"""Bodies of requests about members; their field descriptions become the OpenAPI document."""

from pydantic import Field

from tenantry.http.schemas import Request
from tenantry.identity.roles import Role


class ChangeMember(Request):
    """Body of PATCH /organizations/{organization}/members/{member}."""

    role: Role = Field(description="No higher than the caller's.")


class OfferOwnership(Request):
    """Body of PUT /organizations/{organization}/ownership-transfer."""

    member: str = Field(
        max_length=100,
        description="Id of the member who is to be the owner.",
        examples=["mem_7a1b2c3d4e5f60718293a4b5c6d7e8f9"],
    )
