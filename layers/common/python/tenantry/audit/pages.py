"""Reading the audit record, page by page."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from pymongo.collection import Collection

from tenantry.audit.recording import Record, audit
from tenantry.language import cursors, pages
from tenantry.language.sorting import Sort
from tenantry.runtime.mongodb import Document

_NEWEST_FIRST: Final[Sort] = [("at", -1), ("_id", -1)]


class Page(NamedTuple):
    """Records, newest first, and the cursor of the next page if there are more."""

    records: list[Record]
    next_cursor: str | None


def of_organization(
    organization_id: str, created_at: datetime, account_ids: list[str], limit: int, cursor: str | None
) -> Page:
    """Return records that concern an organization or, since it was created, an account of its members.

    Parameters
    ----------
    organization_id : str
        The organization, which is not deleted.
    created_at : datetime
        When it was created.
    account_ids : list of str
        Of its members.
    limit : int
        At most so many.
    cursor : str or None
        From the previous page.

    Raises
    ------
    InvalidFields
        The cursor is malformed, or of another organization.
    CursorOutdated
        The cursor is made up.
    """
    of_members = {
        "account_id": {"$in": account_ids},
        "at": {"$gte": created_at},
    }
    return _page({"$or": [{"organization_ids": organization_id}, of_members]}, limit, cursor)


def of_all(organization_id: str | None, limit: int, cursor: str | None) -> Page:
    """Return all records, or all that concern an organization which may be deleted; see `of_organization`."""
    return _page({} if organization_id is None else {"organization_ids": organization_id}, limit, cursor)


def _page(query: Document, limit: int, cursor: str | None) -> Page:
    records: Collection[Any] = audit()  # a pipeline makes other documents of them
    after = None

    def find(stages: list[Document]) -> list[Document]:
        """Run a pipeline on these records and no others, whatever a cursor says."""
        return list(records.aggregate([{"$match": query}, *stages]))

    if cursor is not None:
        after = cursors.sort_key_of(cursor, query, _NEWEST_FIRST, find)
    results = find(pages.pipeline(query, _NEWEST_FIRST, None, limit + 1, after))
    has_more = len(results) > limit
    return Page(
        [result["document"] for result in results[:limit]],
        cursors.cursor_of(query, _NEWEST_FIRST, results[limit - 1]["sort_key"]) if has_more else None,
    )
