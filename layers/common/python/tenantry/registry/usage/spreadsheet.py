"""Use as CSV (RFC 4180), which people open with spreadsheets.

A spreadsheet takes a cell for a formula that begins with one of a few characters, quoted or not, and a tenant
chooses its name. So such a cell gets an apostrophe in front:
https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from tenantry.registry.usage.reports import Use
from tenantry.runtime.moments import rfc3339

_BEGIN_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def header() -> str:
    """Return the line that names the columns."""
    return _line(Use._fields)


def lines(uses: Iterable[Use]) -> str:
    """Return a line for each; a cell is empty where there is no value."""
    return "".join(_line(map(_cell, use)) for use in uses)


def _cell(value: str | int | datetime | None) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return rfc3339(value)
        case str() if value.startswith(_BEGIN_FORMULAS):
            return f"'{value}"
    return str(value)


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
