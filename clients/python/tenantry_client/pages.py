"""Lists that come page by page."""

from collections.abc import Callable, Iterator
from typing import Concatenate, Protocol

from tenantry_client.client import Tenantry


class _Page(Protocol):
    @property
    def next_cursor(self) -> str | None: ...


def pages[**Parameters, Page: _Page](
    operation: Callable[Concatenate[Tenantry, Parameters], Page],
    tenantry: Tenantry,
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Iterator[Page]:
    """Yield each page of a list; the next one is asked for when it is needed.

    Parameters
    ----------
    operation : callable
        A function that takes `cursor`, as `documents.list_documents`.
    tenantry : Tenantry
        Who asks.
    *args, **kwargs
        What `operation` takes besides; a `cursor` is where to begin.

    Examples
    --------
    >>> for page in pages(documents.list_documents, tenantry, "google", sort="-at"):
    ...     for document in page.documents:
    ...         print(document["text"])
    """
    while True:
        page = operation(tenantry, *args, **kwargs)
        yield page
        if page.next_cursor is None:
            return
        kwargs["cursor"] = page.next_cursor
