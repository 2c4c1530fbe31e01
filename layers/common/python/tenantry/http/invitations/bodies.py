"""Bodies of requests about invitations; their field descriptions become the OpenAPI document."""

from typing import Literal

from pydantic import Field

from tenantry.http.accounts.bodies import ChosenEmail, ChosenPassword
from tenantry.http.schemas import Request


class Invite(Request):
    """Body of POST /organizations/{organization}/invitations."""

    email: ChosenEmail
    role: Literal["viewer", "editor", "admin"] = Field(
        description="What whoever accepts gets; a member becomes an owner later, if at all.",
        examples=["editor"],
    )


class AcceptInvitation(Request):
    """Body of POST /invitations/accept; the password is for callers without a token of an account."""

    token: str = Field(
        max_length=100,
        description="What the mailed link ends with, behind `#token=`.",
        examples=["kV3bQ0n9pXhY2mJ7sRzT1wLc8uEaF5gD6iKoNvBxM4A"],
    )
    password: ChosenPassword | None = None
