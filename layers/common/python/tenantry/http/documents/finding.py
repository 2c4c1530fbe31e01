"""Reading documents that clients ask for."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import bson

from tenantry.errors import DocumentNotFound
from tenantry.http.documents import refusals
from tenantry.language import cursors, extended_json, pages
from tenantry.language.sorting import Sort
from tenantry.runtime.mongodb import Document
from tenantry.tenants import TenantCollection

MAX_PAGE_BYTES: Final = 4 * 1024 * 1024  # of documents in memory; Lambda answers at most 6 MB


def find(collection: TenantCollection, document_id: Any, fields: dict[str, Any] | None) -> Document:
    """Return one document, or some fields of it.

    Raises
    ------
    DocumentNotFound
    """
    with refusals.of_query():
        document = collection.find_one({"_id": {"$eq": document_id}}, fields)
    if document is None:
        raise DocumentNotFound
    return document


class Search(NamedTuple):
    """What a client looks for, as `tenantry.language` accepts it.

    Parameters
    ----------
    query, sort, fields
        From `filters.parse`, `sorting.parse` and `fields.parse`.
    limit : int
        At most so many documents on a page.
    cursor : str or None
        Where an earlier page ended.
    """

    query: Document
    sort: Sort
    fields: dict[str, Any] | None
    limit: int
    cursor: str | None


@dataclass(frozen=True)
class Page:
    """The documents of a page; `cursor` tells where the next one begins."""

    search: Search
    results: list[Document]
    is_last: bool

    @property
    def documents(self) -> list[Document]:
        """The documents of the page."""
        return [result["document"] for result in self.results]

    def cursor(self, length: int) -> str | None:
        """Return the cursor of the page after the first `length` documents, None if that is empty."""
        if length == 0 or (length == len(self.results) and self.is_last):
            return None
        last = self.results[length - 1]
        return cursors.cursor_of(self.search.query, self.search.sort, last["sort_key"])


def find_page(collection: TenantCollection, search: Search) -> Page:
    """Return a page of the documents that match a query.

    Raises
    ------
    InvalidFields, CursorOutdated, QueryRefused, QueryTooSlow
    """
    at_most = search.limit + 1  # one more tells whether there are more
    with refusals.of_query():
        after = None
        if search.cursor is not None:
            after = cursors.sort_key_of(search.cursor, search.query, search.sort, collection.aggregate)
        pipeline = pages.pipeline(search.query, search.sort, search.fields, at_most, after)
        results = collection.aggregate(pipeline, limit=at_most, max_bytes=MAX_PAGE_BYTES)
    return Page(search, results[: search.limit], is_last=len(results) < at_most and not _is_cut(results))


def _is_cut(results: list[Document]) -> bool:
    return len(bson.encode({"": results}, codec_options=extended_json.CODEC_OPTIONS)) > MAX_PAGE_BYTES


def count(collection: TenantCollection, query: Document) -> int:
    """Count the documents that match a query.

    Raises
    ------
    QueryRefused, QueryTooSlow
    """
    with refusals.of_query():
        return collection.count_documents(query)
