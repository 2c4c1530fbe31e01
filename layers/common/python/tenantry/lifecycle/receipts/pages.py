"""Reading receipts, page by page."""

from typing import Any, Final

from pymongo.collection import Collection

from tenantry.language.paging import Page, find_page
from tenantry.language.sorting import Sort
from tenantry.lifecycle.receipts.adding import Receipt, facts, receipts

_NEWEST_FIRST: Final[Sort] = [("erased_at", -1), ("_id", -1)]


def find(organization_id: str | None, limit: int, cursor: str | None) -> Page:
    """Return the receipts of one organization, or of all, the newest first.

    Raises
    ------
    InvalidFields
        The cursor is malformed, or of another query.
    CursorOutdated
        The cursor is made up.
    """
    query = {} if organization_id is None else {"organization_id": organization_id}
    documents: Collection[Any] = receipts()
    return find_page(lambda stages: list(documents.aggregate(stages)), query, _NEWEST_FIRST, limit, cursor)


def represent(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as answers and the command line show it."""
    return {
        "id": receipt["_id"],
        "organization_id": receipt["organization_id"],
        **facts(receipt),
        "signed": receipt.get("signed"),
    }
