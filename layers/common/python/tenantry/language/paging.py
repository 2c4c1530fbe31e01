"""A page of documents that a query finds, in an order, and the cursor of the page behind it."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tenantry.language import cursors, pages
from tenantry.language.sorting import Sort

Aggregate = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
"""Runs a pipeline on a collection."""


class Page(NamedTuple):
    """Documents, and the cursor of the next page if there are more."""

    documents: list[Any]
    next_cursor: str | None


def walk(find: Callable[[str | None], Page]) -> Iterator[Any]:
    """Yield the documents of all pages.

    Parameters
    ----------
    find : callable
        Returns the page of a cursor; of None, the first one. What it raises comes through.
    """
    cursor: str | None = None
    while True:
        page = find(cursor)
        yield from page.documents
        if (cursor := page.next_cursor) is None:
            return


def find_page(
    aggregate: Aggregate, query: dict[str, Any], sort: Sort, limit: int, cursor: str | None
) -> Page:
    """Find a page; no other documents are read, whatever the cursor says.

    Parameters
    ----------
    aggregate : callable
        Runs a pipeline on the collection.
    query : dict
        What all pages are of.
    sort : list of tuple of str and {1, -1}
        Ends with `_id`.
    limit : int
        At most so many documents.
    cursor : str or None
        From the page before.

    Raises
    ------
    InvalidFields
        The cursor is malformed, or of another query.
    CursorOutdated
        The cursor is made up.
    """

    def find(stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return aggregate([{"$match": query}, *stages])

    after = cursors.sort_key_of(cursor, query, sort, find) if cursor is not None else None
    results = find(pages.pipeline(query, sort, None, limit + 1, after))
    has_more = len(results) > limit
    return Page(
        [result["document"] for result in results[:limit]],
        cursors.cursor_of(query, sort, results[limit - 1]["sort_key"]) if has_more else None,
    )
