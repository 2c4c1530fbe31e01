"""Bodies of requests about invitations; their field descriptions become the OpenAPI document."""

from typing import Literal

from pydantic import Field

from tenantry.http.accounts.bodies import ChosenEmail, ChosenPassword, LinkToken
from tenantry.http.schemas import Request


class Invite(Request):
    """Body of POST /organizations/{organization}/invitations."""

    email: ChosenEmail = Field(examples=["grace@example.com"])
    role: Literal["viewer", "editor", "admin"] = Field(
        description="What whoever accepts gets; a member becomes an owner later, if at all.",
        examples=["editor"],
    )


class AcceptInvitation(Request):
    """Body of POST /invitations/accept; the password is for callers without a token of an account."""

    token: LinkToken
    password: ChosenPassword | None = None
