"""What organizations have used in a month, as an invoice needs it."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from pymongo.collection import Collection

from tenantry.language.paging import Page, find_page, walk
from tenantry.language.sorting import Sort
from tenantry.registry import limits
from tenantry.registry.organizations.document import organizations
from tenantry.registry.usage import document
from tenantry.registry.usage.document import UsageDocument
from tenantry.runtime.moments import rfc3339

MOST_AT_ONCE: Final = 1000
_MILLISECONDS_OF_AN_HOUR: Final = 3_600_000
_BY_ORGANIZATION: Final[Sort] = [("_id", 1)]


class Use(NamedTuple):
    """What an organization has used in a month.

    Parameters
    ----------
    organization_id : str
        Which organization.
    slug, name, plan : str or None
        What it is called by now, and its plan; None if it is deleted.
    month : str
        As in 2026-11.
    requests : int
        How many requests it has sent that count; see `counting`.
    documents, bytes : int or None
        How many it had when it was measured last, in this month or at its end; None if it was not.
    byte_hours : int
        Storage: a byte that is stored for an hour is one.
    measured_at : datetime or None
        Until when storage is counted; the end of the month once all is.
    """

    organization_id: str
    slug: str | None
    name: str | None
    plan: str | None
    month: str
    requests: int
    documents: int | None
    bytes: int | None
    byte_hours: int
    measured_at: datetime | None


def of_month(month: str, limit: int, cursor: str | None) -> Page:
    """Return a page of what organizations have used, by their ids, deleted ones included; a `Use` for each.

    Those that have used nothing, neither requests nor storage, are left out.

    Parameters
    ----------
    month : str
        As in 2026-11.
    limit : int
        At most so many.
    cursor : str or None
        From the page before.

    Raises
    ------
    InvalidFields
        The cursor is malformed, or of another month.
    CursorOutdated
        The cursor is made up.
    """
    stored: Collection[Any] = document.usage()
    page = find_page(
        lambda stages: list(stored.aggregate(stages)), {"month": month}, _BY_ORGANIZATION, limit, cursor
    )
    named = _named([use["organization_id"] for use in page.documents])
    return Page([_use(use, named.get(use["organization_id"])) for use in page.documents], page.next_cursor)


def all_of_month(month: str) -> Iterator[Use]:
    """Yield what each organization has used in a month, as `of_month` does."""
    yield from walk(partial(of_month, month, MOST_AT_ONCE))


def count(month: str) -> int:
    """Return how many organizations have used something in a month."""
    return document.usage().count_documents({"month": month})


def of_organization(organization_id: str, month: str) -> UsageDocument | None:
    """Return what is stored about an organization's month; None if nothing is."""
    return document.usage().find_one({"_id": document.id_of(organization_id, month)})


def content_of(use: Use) -> dict[str, Any]:
    """Return what an organization has used in a month as JSON has it."""
    return use._asdict() | {"measured_at": rfc3339(use.measured_at) if use.measured_at else None}


def byte_hours_of(use: UsageDocument | None) -> int:
    """Return the storage of a month in whole byte hours, rounded down."""
    return int(use.get("byte_milliseconds", 0) // _MILLISECONDS_OF_AN_HOUR) if use else 0


def _named(organization_ids: list[str]) -> dict[str, Any]:
    stored: Collection[Any] = organizations()
    named = stored.find({"_id": {"$in": organization_ids}}, {"slug": 1, "name": 1, "plan": 1})
    return {organization["_id"]: organization for organization in named}


def _use(use: UsageDocument, organization: Any) -> Use:
    return Use(
        organization_id=use["organization_id"],
        slug=organization["slug"] if organization else None,
        name=organization["name"] if organization else None,
        plan=limits.plan_of(organization) if organization else None,
        month=use["month"],
        requests=use.get("requests", 0),
        documents=use.get("documents"),
        bytes=use.get("bytes"),
        byte_hours=byte_hours_of(use),
        measured_at=use.get("measured_at"),
    )
