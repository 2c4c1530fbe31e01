"""Months, which begin at midnight in UTC and are written as in 2026-11."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from tenantry.runtime import moments

PATTERN: Final = "^[0-9]{4}-(0[1-9]|1[0-2])$"
_MONTH: Final = re.compile(PATTERN)
_MONTHS_OF_A_YEAR: Final = 12


class Part(NamedTuple):
    """The part of a time that is in one month."""

    month: str
    start: datetime
    end: datetime


def is_month(text: str) -> bool:
    """Tell whether a text is a month, such as 2026-11."""
    return _MONTH.fullmatch(text) is not None


def month_of(moment: datetime) -> str:
    """Return the month that a moment in UTC is in.

    >>> month_of(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))
    '2026-11'
    """
    return f"{moment.year:04d}-{moment.month:02d}"


def present() -> str:
    """Return the month that it is."""
    return month_of(moments.now())


def start_of(month: str, later: int = 0) -> datetime:
    """Return the first moment of a month, or of the one that comes a number of months later.

    >>> start_of("2026-11", 2)
    datetime.datetime(2027, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    year, _, number = month.partition("-")
    index = int(year) * _MONTHS_OF_A_YEAR + int(number) - 1 + later
    return datetime(index // _MONTHS_OF_A_YEAR, index % _MONTHS_OF_A_YEAR + 1, 1, tzinfo=UTC)


def parts(start: datetime, end: datetime) -> Iterator[Part]:
    """Divide a time at the beginnings of months, the last of which may be its end; at least one part."""
    while start_of(month_of(start), 1) < end:
        boundary = start_of(month_of(start), 1)
        yield Part(month_of(start), start, boundary)
        start = boundary
    yield Part(month_of(start), start, end)
