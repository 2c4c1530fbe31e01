"""Reading the audit record, page by page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pymongo.collection import Collection

from tenantry.audit.recording import audit
from tenantry.language.paging import Page, find_page
from tenantry.language.sorting import Sort
from tenantry.runtime.mongodb import Document

_NEWEST_FIRST: Final[Sort] = [("at", -1), ("_id", -1)]


def of_organization(
    organization_id: str, owners: Mapping[str, datetime], limit: int, cursor: str | None
) -> Page:
    """Return records that concern an organization or, since they belong to it, an account of its owners.

    What other members do with their accounts elsewhere is none of the organization's business.

    Parameters
    ----------
    organization_id : str
        The organization, which is not deleted.
    owners : mapping of str to datetime
        Since when each account belongs to it that owns it.
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
    of_owners = [{"account_id": account_id, "at": {"$gte": since}} for account_id, since in owners.items()]
    return _page({"$or": [{"organization_ids": organization_id}, *of_owners]}, limit, cursor)


def of_all(organization_id: str | None, limit: int, cursor: str | None) -> Page:
    """Return all records, or all that concern an organization which may be deleted; see `of_organization`."""
    return _page({} if organization_id is None else {"organization_ids": organization_id}, limit, cursor)


def _page(query: Document, limit: int, cursor: str | None) -> Page:
    records: Collection[Any] = audit()  # a pipeline makes other documents of them
    return find_page(lambda stages: list(records.aggregate(stages)), query, _NEWEST_FIRST, limit, cursor)
