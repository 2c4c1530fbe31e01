"""Reading the audit record, page by page."""

from datetime import datetime
from typing import Any, Final

from pymongo.collection import Collection

from tenantry.audit.recording import audit
from tenantry.language.paging import Page, find_page
from tenantry.language.sorting import Sort
from tenantry.runtime.mongodb import Document

_NEWEST_FIRST: Final[Sort] = [("at", -1), ("_id", -1)]


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
    return find_page(lambda stages: list(records.aggregate(stages)), query, _NEWEST_FIRST, limit, cursor)
