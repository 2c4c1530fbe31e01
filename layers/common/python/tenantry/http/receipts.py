"""Shapes of answers about receipts of erasure, and the parameter of their route."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from tenantry.language.paging import Page
from tenantry.lifecycle.receipts import keys, pages

OfOrganization = Annotated[
    str | None,
    Query(
        pattern="^org_[0-9a-f]{32}$",
        description="Id of the organization that was deleted; all receipts if left out",
        json_schema_extra={"example": "org_612c52a05dacbf68f175b32d381301bb"},
    ),
]


class ErasureReceipt(BaseModel):
    """What was removed of an organization for good. Its name is forgotten, and only its id is kept."""

    id: str = Field(examples=["rcpt_2f6c8e0a1b3d4f5a6c7e8f9a0b1c2d3e"])
    organization_id: str = Field(examples=["org_612c52a05dacbf68f175b32d381301bb"])
    documents: int | None = Field(
        description="How many were removed; null if they could not be counted in time."
    )
    bytes: int | None = Field(description="How many bytes these documents took as BSON, or null likewise.")
    cluster: str = Field(description="Where they were.", examples=["main"])
    kind: str = Field(description="collection (of its own) or pooled.", examples=["collection"])
    deleted_at: str = Field(description="When the deletion was decided.")
    erased_at: str = Field(description="When the last of the data was gone.")
    decided_by: dict[str, str | None] = Field(
        description="type of whoever decided it, as in the audit record, and id if that is an account.",
        examples=[{"type": "account", "id": "acct_0b9c5f2e7d6a4e3f8c1b2a3d4e5f6071"}],
    )
    signed: str | None = Field(
        description="The same as a JSON Web Signature (RFC 7515) of the type receipt+jwt; null until the "
        "next reconciliation, which signs it within five minutes.",
    )


class ReceiptPage(BaseModel):
    """Answer of GET /operator/receipts: newest first."""

    receipts: list[ErasureReceipt]
    keys: list[dict[str, str]] = Field(
        description="The public keys that verify them (RFC 7517 section 5). None of them ends."
    )
    next_cursor: str | None = Field(description="Of the next page; null on the last.")


def page_of(page: Page) -> ReceiptPage:
    """Return receipts as the operator sees them."""
    return ReceiptPage(
        receipts=[ErasureReceipt(**pages.represent(receipt)) for receipt in page.documents],
        keys=keys.find_all(),
        next_cursor=page.next_cursor,
    )
