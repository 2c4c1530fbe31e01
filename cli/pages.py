"""All pages of what the library lists page by page."""

from collections.abc import Callable
from typing import Any, Final

from cli.output import progress
from tenantry.language.paging import Page, walk

PAGE: Final = 1_000  # documents that one query returns


def read_all(find: Callable[[str | None], Page], name: str, *, shown: bool) -> list[Any]:
    """Return the documents of all pages, and show how many there are while they are read.

    Parameters
    ----------
    find : callable
        Returns the page of a cursor; of None, the first one.
    name : str
        What they are, in the plural.
    shown : bool
        Whether to show progress.
    """
    documents: list[Any] = []
    with progress(shown=shown) as advance:
        for document in walk(find):
            documents.append(document)
            advance(name, len(documents), len(documents))
    return documents
