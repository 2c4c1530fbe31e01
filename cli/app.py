"""The commands of `tenantry`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated

import typer

from cli import checker, reconciler
from cli.connection import ConnectionFailed, Target, connected
from cli.output import print_error, print_json, print_report, progress, report_content

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)

MongoDBUri = Annotated[
    str, typer.Option("--mongodb-uri", envvar="MONGODB_URI", metavar="URI", help="Connection string.")
]
MasterDatabase = Annotated[
    str, typer.Option("--master-database", envvar="MASTER_DATABASE", metavar="NAME", help="Organizations.")
]
TenantDatabase = Annotated[
    str, typer.Option("--tenant-database", envvar="TENANT_DATABASE", metavar="NAME", help="Tenants' data.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
OlderThan = Annotated[int, typer.Option(min=0, metavar="SECONDS", help="Age of an intent to look at.")]


@app.callback()
def commands() -> None:
    """Check and repair the data of Tenantry.

    Exit status: 0 if all is well, 1 if not, 2 if MongoDB cannot be reached or the options are wrong.
    """


@app.command()
def verify(
    mongodb_uri: MongoDBUri,
    master_database: MasterDatabase = "tenantry",
    tenant_database: TenantDatabase = "tenantry_tenants",
    older_than: OlderThan = 60,
    as_json: Json = False,
) -> None:
    """Print every invariant that does not hold; changes nothing and may run beside live traffic."""
    target = Target(mongodb_uri, master_database, tenant_database)
    with _reported(), connected(target) as databases, progress(shown=not as_json) as advance:
        report = checker.verify(databases, timedelta(seconds=older_than), advance)
    if as_json:
        print_json(report_content(report))
    else:
        print_report(report)
    raise typer.Exit(1 if report.violations else 0)


@app.command()
def reconcile(
    mongodb_uri: MongoDBUri,
    master_database: MasterDatabase = "tenantry",
    tenant_database: TenantDatabase = "tenantry_tenants",
    older_than: OlderThan = 0,
    as_json: Json = False,
) -> None:
    """Complete every rename and deletion that was begun and not finished."""
    target = Target(mongodb_uri, master_database, tenant_database)
    with _reported(), connected(target):
        outcome = reconciler.settle(target, timedelta(seconds=older_than))
    if as_json:
        print_json({"settled": outcome.settled, "failed": outcome.failed})
    else:
        for name, ids in (("Settled", outcome.settled), ("Failed", outcome.failed)):
            typer.echo(f"{name}: {', '.join(ids) or 'none'}")
    raise typer.Exit(1 if outcome.failed else 0)


@contextmanager
def _reported() -> Iterator[None]:
    """Turn a lost connection into one line and an exit status."""
    try:
        yield
    except ConnectionFailed as error:
        print_error(f"MongoDB cannot be used: {error}")
        raise typer.Exit(2) from None


def main() -> None:
    """Run the command line."""
    app(prog_name="tenantry")
