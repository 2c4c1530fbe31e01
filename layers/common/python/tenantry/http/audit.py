"""Shapes of answers about the audit record, and the parameters of its routes."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from tenantry.audit import pages
from tenantry.audit.recording import Action, Record, Result
from tenantry.identity import members
from tenantry.language.paging import Page
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.runtime.moments import rfc3339

OrganizationFilter = Annotated[
    str | None,
    Query(
        pattern="^[a-z0-9_-]{1,63}$",
        description="Slug, or id, also of an organization that is deleted; all records if left out",
        json_schema_extra={"example": "google"},
    ),
]


class Actor(BaseModel):
    """On whose behalf something was done."""

    type: str = Field(
        description="account, key (an API key), operator, system (a schedule), or anonymous for whoever had "
        "not proved who it is.",
        examples=["account"],
    )
    id: str | None = Field(
        description="Of the account or the key; of the operator, for operators only: the ARN, or tenantry: "
        "and the user of the operating system who ran the command line.",
        examples=["acct_0b9c5f2e7d6a4e3f8c1b2a3d4e5f6071"],
    )


class AuditRecord(BaseModel):
    """Something that was done, or a login that was refused, as an organization's admin sees it."""

    id: str = Field(examples=["aud_2f6c8e0a1b3d4f5a6c7e8f9a0b1c2d3e"])
    at: str
    action: Action = Field(examples=["organization.renamed"])
    result: Result = Field(examples=["success"])
    actor: Actor
    request_id: str | None = Field(
        description="The request that asked for it; the same as in the access log and in problem documents.",
        examples=["7b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c03"],
    )
    source_address: str | None = Field(
        description="Where that request came from; an operator's for operators only.",
        examples=["203.0.113.7"],
    )
    account_id: str | None = Field(
        description="The account that it concerns as a whole, in all of its organizations.",
        examples=["acct_0b9c5f2e7d6a4e3f8c1b2a3d4e5f6071"],
    )
    details: dict[str, Any] = Field(examples=[{"slug": {"from": "google", "to": "alphabet"}}])


class AuditPage(BaseModel):
    """Answer of GET /organizations/{organization}/audit: newest first."""

    records: list[AuditRecord]
    next_cursor: str | None = Field(description="Of the next page; null on the last.")


class OperatorAuditRecord(AuditRecord):
    """A record as the operator sees it."""

    organization_ids: list[str] = Field(description="The organizations that it concerns.")


class OperatorAuditPage(BaseModel):
    """Answer of GET /operator/audit: newest first."""

    records: list[OperatorAuditRecord]
    next_cursor: str | None = Field(description="Of the next page; null on the last.")


def find_page(organization: OrganizationDocument, limit: int, cursor: str | None) -> Page:
    """Return records that concern an organization, which is not deleted; see `tenantry.audit.pages`."""
    return pages.of_organization(organization["_id"], members.owners_since(organization), limit, cursor)


def page_of(page: Page) -> AuditPage:
    """Return what an owner sees: no other organization's id, and of operators neither name nor address."""
    return AuditPage(
        records=[AuditRecord(**_fields(record, for_owner=True)) for record in page.documents],
        next_cursor=page.next_cursor,
    )


def operator_page_of(page: Page) -> OperatorAuditPage:
    """Return all that is recorded."""
    return OperatorAuditPage(
        records=[
            OperatorAuditRecord(
                organization_ids=record["organization_ids"], **_fields(record, for_owner=False)
            )
            for record in page.documents
        ],
        next_cursor=page.next_cursor,
    )


def _fields(record: Record, *, for_owner: bool) -> dict[str, Any]:
    actor, address = record["actor"], record["source_address"]
    if for_owner and actor["type"] == "operator":
        actor, address = {"type": "operator", "id": None}, None
    return {
        "id": record["_id"],
        "at": rfc3339(record["at"]),
        "action": record["action"],
        "result": record["result"],
        "actor": actor,
        "request_id": record["request_id"],
        "source_address": address,
        "account_id": record.get("account_id"),
        "details": record["details"],
    }
