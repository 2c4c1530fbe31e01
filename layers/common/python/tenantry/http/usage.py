"""Shapes of answers about use, and what they are made of."""

from http import HTTPStatus
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
from aws_lambda_powertools.event_handler.request import Request
from pydantic import BaseModel, Field

from tenantry.http.accept import preferred
from tenantry.http.header_fields import value_of
from tenantry.identity.memberships import seats
from tenantry.language.paging import Page
from tenantry.registry import limits, rates
from tenantry.registry.organizations import index_changes
from tenantry.registry.organizations.document import Limit, OrganizationDocument
from tenantry.registry.organizations.usage import added
from tenantry.registry.usage import months, reports, spreadsheet
from tenantry.runtime.moments import rfc3339

JSON: Final = "application/json"
CSV: Final = "text/csv"

Month = Annotated[
    str | None,
    Query(
        pattern=months.PATTERN,
        description="Which month, in UTC; the present one if left out",
        json_schema_extra={"example": "2026-11"},
    ),
]


class LimitUse(BaseModel):
    """How much of something there is, and how much there may be."""

    use: int | None = Field(description="null if it has not been measured yet.", examples=[3])
    limit: int | None = Field(description="null if there is no limit.", examples=[10])


class Limits(BaseModel):
    """What an organization has against what it may have."""

    members: LimitUse
    pending_invitations: LimitUse = Field(description="Each takes a member's seat.")
    documents: LimitUse
    bytes: LimitUse
    indexes: LimitUse = Field(description="Besides that on _id and those of the service's roll-outs.")


class Usage(BaseModel):
    """Answer of GET /organizations/{organization}/usage."""

    month: str = Field(description="The present month, in UTC.", examples=["2026-11"])
    requests: int = Field(description="That count in this month, but for the last minute.", examples=[48211])
    requests_per_minute: int | None = Field(description="How many may be sent; null if there is no limit.")
    byte_hours: int = Field(description="Storage in this month.", examples=[91_300_000_000])
    measured_at: str | None = Field(description="Until when storage is counted.")
    limits: Limits


class OrganizationUse(BaseModel):
    """What an organization has used in a month."""

    organization_id: str = Field(examples=["org_6f1d0a52c4b94a0d8e1f7a3c5b2d9e80"])
    slug: str | None = Field(description="As name and plan: by now; null if it is deleted.")
    name: str | None
    plan: str | None
    month: str = Field(examples=["2026-11"])
    requests: int
    documents: int | None = Field(description="When it was measured last; null if it was not.")
    bytes: int | None
    byte_hours: int
    measured_at: str | None = Field(description="Until when storage is counted.")


class UsagePage(BaseModel):
    """Answer of GET /operator/usage, by organization."""

    usage: list[OrganizationUse]
    next_cursor: str | None = Field(description="Of the next page; null on the last.")


def with_csv(described: dict[int, OpenAPIResponse]) -> dict[int, OpenAPIResponse]:
    """Return the description of a route's answers, whose success may also be CSV."""
    described[HTTPStatus.OK]["content"][CSV] = {"schema": {"type": "string"}}
    return described


def use_of(organization: OrganizationDocument) -> Usage:
    """Return what an organization uses at present, against its limits; two round trips."""
    month = months.present()
    use = reports.of_organization(organization["_id"], month)
    taken = seats.count(organization["_id"])
    limit: dict[Limit, int] = {**limits.MOST, **limits.of(organization)}
    measured_at = use.get("measured_at") if use else None
    return Usage(
        month=month,
        requests=use.get("requests", 0) if use else 0,
        requests_per_minute=limit.get(rates.NAME),
        byte_hours=reports.byte_hours_of(use),
        measured_at=rfc3339(measured_at) if measured_at else None,
        limits=Limits(
            members=LimitUse(use=taken.members, limit=taken.limit),
            pending_invitations=LimitUse(use=taken.pending, limit=seats.MAX_PENDING),
            documents=_stored(organization, "documents", limit),
            bytes=_stored(organization, "bytes", limit),
            indexes=LimitUse(use=index_changes.created(organization), limit=limit["indexes"]),
        ),
    )


def _stored(
    organization: OrganizationDocument, name: Literal["documents", "bytes"], limit: dict[Limit, int]
) -> LimitUse:
    measured = organization.get("usage")
    use = measured[name] + getattr(added(measured), name) if measured else None
    return LimitUse(use=use, limit=limit.get(name))


def answer_of(request: Request, month: str, limit: int, is_first: bool, page: Page) -> Response[str]:
    """Return a page as the client prefers it: JSON, or CSV, whose first page alone begins with a header line.

    So the pages of CSV, one after the other, are one file. Link names the next one (RFC 8288).
    """
    if preferred(value_of(request.resolved_event.raw_event, "accept"), (JSON, CSV)) == JSON:
        return Response(200, JSON, page_of(page).model_dump_json())
    query = urlencode({"month": month, "limit": limit, "cursor": page.next_cursor})
    return Response(
        200,
        f"{CSV}; charset=utf-8; header={'present' if is_first else 'absent'}",
        (spreadsheet.header() if is_first else "") + spreadsheet.lines(page.documents),
        headers={"Link": f'<?{query}>; rel="next"'} if page.next_cursor else {},
    )


def page_of(page: Page) -> UsagePage:
    """Return a page of what organizations have used."""
    uses = [OrganizationUse(**reports.content_of(use)) for use in page.documents]
    return UsagePage(usage=uses, next_cursor=page.next_cursor)
