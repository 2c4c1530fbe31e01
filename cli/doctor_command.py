"""`tenantry doctor`: whether all that a deployment needs is as it has to be, and what to do if not."""

from collections.abc import Iterator
from enum import Enum
from itertools import chain
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from cli import library, privileges
from cli.connection import Target, without_passwords
from cli.options import Json, with_target
from cli.output import console, print_json, print_table
from cli.roles import ROLES
from tenantry.lifecycle.oversight import doctor as examination
from tenantry.lifecycle.oversight.findings import Finding, guarded
from tenantry.registry import clusters

STYLES: Final = {"ok": "green", "warning": "yellow", "failed": "red"}
RoleName = Enum("RoleName", {role.kind: role.kind for role in ROLES})  # type: ignore[misc]


@with_target
def doctor(
    target: Target,
    role: Annotated[
        RoleName, typer.Option(help="Role that the user of the connection string should have.")
    ] = RoleName.command_line,  # type: ignore[attr-defined]
    issuer: Annotated[
        str | None,
        typer.Option(metavar="ISSUER", help="Stack that the database should belong to: TokenIssuer."),
    ] = None,
    stack: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="CloudFormation's stack, to look at as well, and its account."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Look at everything that a deployment needs, and say what to do; changes nothing.

    Run it before and after a deployment. A warning is nothing that ends requests. With --stack it asks AWS,
    with your credentials and region, whether functions and layer fit together, and for quotas.
    """
    library.use(target)
    findings = []
    with console(standard_error=True).status("Looking at the databases") as status:
        for finding in chain(_examined(target, role.value, issuer), _deployed(stack)):
            status.update(f"Looked at {finding.check}")
            findings.append(finding._replace(found=without_passwords(finding.found, target)))
    if as_json:
        print_json({"findings": [finding._asdict() for finding in findings]})
    else:
        _print(findings)
    raise typer.Exit(_exit_status(findings))


def _examined(target: Target, role_name: str, issuer: str | None) -> Iterator[Finding]:
    (role,) = [role for role in ROLES if role.kind == role_name]
    for finding in examination.examine(issuer):
        yield finding
        kind, _, cluster = finding.check.partition(" ")
        if kind == "connection" and finding.level != "failed":
            yield from guarded(
                f"privileges {cluster}",
                lambda cluster=cluster: privileges.examine(_status(cluster), cluster, role, target),  # type: ignore[misc]
            )


def _deployed(stack: str | None) -> Iterator[Finding]:
    if stack is not None:
        from cli.aws import deployed  # noqa: PLC0415 - boto3 takes long to import

        yield from deployed.examine(stack)


def _status(cluster: str) -> dict[str, object]:
    return clusters.cluster_client(cluster).admin.command("connectionStatus", showPrivileges=True)


def _exit_status(findings: list[Finding]) -> int:
    """Return 2 if the master database cannot be reached, 1 if anything else failed, else 0."""
    is_away = [
        finding.check == f"connection {clusters.MAIN}" for finding in findings if finding.level == "failed"
    ]
    if any(is_away):
        return 2
    return int(any(finding.level == "failed" for finding in findings))


def _print(findings: list[Finding]) -> None:
    table = Table("", "What", "Found", "What to do")
    for finding in findings:
        table.add_row(
            Text(finding.level, STYLES[finding.level]),
            *map(Text, (finding.check, finding.found, finding.advice)),
        )
    print_table(table)
    levels = [finding.level for finding in findings]
    typer.echo(", ".join(f"{levels.count(level)} {level}" for level in STYLES))  # type: ignore[arg-type]
