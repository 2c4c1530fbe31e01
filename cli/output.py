"""What the terminal shows: results on standard output, progress and errors on standard error."""

import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

from cli.checker import Advance, Report
from cli.violation import Violation

FILE_COLUMNS: Final = 200  # of a table that goes to a file or another program


def print_json(content: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(content, ensure_ascii=False))


def print_result(content: Any, text: str, *, as_json: bool, on_standard_error: bool = False) -> None:
    """Print what a command has done, as one JSON document or as one line for people."""
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else text, err=on_standard_error)


def print_error(message: str) -> None:
    """Print why a command ends."""
    typer.secho(message, err=True, fg="red")


def print_report(report: Report) -> None:
    """Print what was examined and a table of what is wrong."""
    if report.violations:
        _print_violations(report.violations)
    counts = ", ".join(f"{count} {name}" for name, count in report.examined.items())
    number = len(report.violations)
    typer.echo(f"{number or 'No'} violation{'' if number == 1 else 's'}. Examined: {counts}.")


def report_content(report: Report) -> dict[str, Any]:
    """Return a report as JSON has it."""
    return {
        "examined": report.examined,
        "violations": [
            {
                "rule": violation.rule,
                "organization_id": violation.organization_id,
                "slug": violation.slug,
                "detail": violation.detail,
            }
            for violation in report.violations
        ],
    }


def print_table(table: Table) -> None:
    """Print a table."""
    console().print(table)


def print_rows(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table of texts, which are shown as they are."""
    table = Table(*headings)
    for row in rows:
        table.add_row(*map(Text, row))
    print_table(table)


def _print_violations(violations: list[Violation]) -> None:
    rows = (
        (violation.rule, violation.organization_id or "", violation.slug or "", violation.detail)
        for violation in violations
    )
    print_rows(("Rule", "Organization", "Slug", "What is wrong"), rows)


def console(*, standard_error: bool = False) -> Console:
    """Return the terminal, or a file whose lines are long enough for a table."""
    terminal = Console(highlight=False, stderr=standard_error)
    return (
        terminal
        if terminal.is_terminal
        else Console(highlight=False, stderr=standard_error, width=FILE_COLUMNS)
    )


def progress(*, shown: bool) -> AbstractContextManager[Advance]:
    """Show how much a command has examined or copied, if standard error is a terminal."""
    return _progress(MofNCompleteColumn(), shown=shown)


def work_progress(*, shown: bool) -> AbstractContextManager[Advance]:
    """Show how much a command has done, and how long the rest will take."""
    return _progress(MofNCompleteColumn(), TimeRemainingColumn(), shown=shown)


def transfer_progress(*, shown: bool) -> AbstractContextManager[Advance]:
    """Show how many bytes a command has transferred, how fast, and how long the rest will take."""
    return _progress(DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(), shown=shown)


@contextmanager
def _progress(*measures: ProgressColumn, shown: bool) -> Iterator[Advance]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), *measures)
    tasks: dict[str, TaskID] = {}
    with Progress(
        *columns, console=console, transient=True, disable=not (shown and console.is_terminal)
    ) as bars:

        def advance(name: str, done: int, expected: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name)
            bars.update(tasks[name], completed=done, total=max(done, expected))

        yield advance
