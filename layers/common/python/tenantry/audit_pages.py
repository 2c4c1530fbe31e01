"""Reading the audit record, page by page."""

from typing import Final, NamedTuple

from tenantry import database
from tenantry.audit import Record
from tenantry.database import Document
from tenantry.queries import cursors, pages
from tenantry.queries.sorting import Sort

_NEWEST_FIRST: Final[Sort] = [("at", -1), ("_id", -1)]


class Page(NamedTuple):
    """Records, newest first, and the cursor of the page behind them if there are more."""

    records: list[Record]
    next_cursor: str | None


def find_page(organization_id: str | None, limit: int, cursor: str | None) -> Page:
    """Return records, newest first.

    Parameters
    ----------
    organization_id : str or None
        The organization that they concern; None for all records, also of no organization.
    limit : int
        At most so many.
    cursor : str or None
        Of the page before.

    Raises
    ------
    InvalidFields
        The cursor is malformed, or of another organization.
    CursorOutdated
        The cursor is made up.
    """
    query = {} if organization_id is None else {"organization_ids": organization_id}
    after = None

    def find(stages: list[Document]) -> list[Document]:
        """Run a pipeline on these records and no others, whatever a cursor says."""
        return list(database.collection("audit").aggregate([{"$match": query}, *stages]))

    if cursor is not None:
        after = cursors.sort_key_of(cursor, query, _NEWEST_FIRST, find)
    results = find(pages.pipeline(query, _NEWEST_FIRST, None, limit + 1, after))
    has_more = len(results) > limit
    return Page(
        [result["document"] for result in results[:limit]],
        cursors.cursor_of(query, _NEWEST_FIRST, results[limit - 1]["sort_key"]) if has_more else None,
    )
