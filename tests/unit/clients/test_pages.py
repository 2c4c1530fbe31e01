"""Lists are read to their end, and no further than they are looked at."""

from typing import NamedTuple

import httpx

from tenantry_client import Tenantry, pages
from tests.unit.clients.service import client


class Page(NamedTuple):
    numbers: list[int]
    next_cursor: str | None


def test_pages_follow_their_cursors_when_they_are_needed() -> None:
    asked = list[tuple[str, str | None]]()

    def list_numbers(tenantry: Tenantry, organization: str, *, cursor: str | None = None) -> Page:
        asked.append((organization, cursor))
        start = int(cursor or 0)
        return Page([start, start + 1], str(start + 2) if start < 4 else None)

    tenantry = client(lambda request: httpx.Response(200))
    found = pages(list_numbers, tenantry, "google")
    assert next(found).numbers == [0, 1]
    assert asked == [("google", None)]
    assert [number for page in found for number in page.numbers] == [2, 3, 4, 5]
    assert asked == [("google", None), ("google", "2"), ("google", "4")]
