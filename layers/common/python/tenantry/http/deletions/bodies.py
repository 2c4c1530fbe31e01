"""Bodies of requests about deleted organizations; their field descriptions become the OpenAPI document."""

from typing import Annotated

from pydantic import Field

from tenantry.http.accounts.bodies import LinkToken
from tenantry.http.organizations.bodies import Name, Slug
from tenantry.http.schemas import Request

AccountId = Annotated[
    str,
    Field(
        max_length=64,
        description="An account that becomes an owner; needed where no account of a former owner is left.",
        examples=["acct_37a02431c439ad66cbc44e9796b2a787"],
    ),
]


class UndoDeletion(Request):
    """Body of POST /operator/deletions/{organization}/undo; what is left out is as it was."""

    name: Name | None = None
    slug: Slug | None = None
    owner: AccountId | None = None


class UndoDeletionByLink(Request):
    """Body of POST /deletions/undo; what is left out is as it was."""

    token: LinkToken
    name: Name | None = None
    slug: Slug | None = None
