"""`tenantry usage`: what organizations have used in a month, for people, programs and spreadsheets."""

from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from cli import library
from cli.connection import Target, connected
from cli.options import Json, with_target
from cli.output import print_json, print_table, progress
from cli.reporting import reported
from tenantry.registry.usage import months, reports, spreadsheet
from tenantry.registry.usage.reports import Use


@with_target
def usage(
    target: Target,
    month: Annotated[
        str | None, typer.Option("--month", metavar="YYYY-MM", help="In UTC; the present one if left out.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, for a spreadsheet.")] = False,
    as_json: Json = False,
) -> None:
    """Print what each organization has used in a month: requests, documents, bytes and storage.

    A byte that is stored for an hour is a byte hour. Deleted organizations have no name any more.
    """
    if as_csv and as_json:
        raise typer.BadParameter("and --json exclude each other", param_hint="--csv")
    if month is not None and not months.is_month(month):
        raise typer.BadParameter("must be a month, such as 2026-11", param_hint="--month")
    listed = month or months.present()
    with reported(), connected(target), progress(shown=not (as_csv or as_json)) as advance:
        library.use(target)
        expected = reports.count(listed)
        uses = []
        for use in reports.all_of_month(listed):
            uses.append(use)
            advance("organizations", len(uses), expected)
    if as_csv:
        typer.echo(spreadsheet.header() + spreadsheet.lines(uses), nl=False)
    elif as_json:
        print_json({"month": listed, "usage": [reports.content_of(use) for use in uses]})
    else:
        print_table(_table(uses))


def _table(uses: list[Use]) -> Table:
    numbers = ("Requests", "Documents", "Bytes", "Byte hours")
    table = Table("Organization", "Slug", "Plan", *numbers, "Measured at")
    for column in table.columns[3:7]:
        column.justify = "right"
    for use in uses:
        table.add_row(*map(Text, _cells(use)))
    return table


def _cells(use: Use) -> list[str]:
    content: dict[str, Any] = reports.content_of(use)
    numbers = ("requests", "documents", "bytes", "byte_hours")
    return [
        content["organization_id"],
        content["slug"] or "(deleted)",
        content["plan"] or "",
        *("" if content[name] is None else f"{content[name]:,}" for name in numbers),
        content["measured_at"] or "",
    ]
