"""The commands of `tenantry`."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from cli import (
    api_key_commands,
    backup_commands,
    checker,
    cluster_commands,
    console_command,
    deletion_commands,
    doctor_command,
    library,
    move_command,
    organization_commands,
    plan_commands,
    receipt_commands,
    reconciler,
    release_slug_command,
    rollout_commands,
    set_command,
    setup_commands,
    usage_command,
    watch_command,
)
from cli.connection import Target, connected
from cli.options import Json, OlderThan, with_target
from cli.output import console, print_error, print_json, print_report, print_result, progress, report_content
from cli.reporting import reported
from tenantry.identity.keys import public_keys

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
app.add_typer(api_key_commands.app, name="api-key")
app.add_typer(cluster_commands.app, name="cluster")
app.add_typer(plan_commands.app, name="plan")
app.add_typer(rollout_commands.app, name="rollout")
app.add_typer(receipt_commands.app, name="receipts")
app.command("list")(organization_commands.list_organizations)
app.command("set")(set_command.set_organization)
app.command("deletions")(deletion_commands.list_deletions)
for command in (
    organization_commands.show,
    organization_commands.suspend,
    organization_commands.reactivate,
    release_slug_command.release_slug,
    deletion_commands.undo,
    deletion_commands.purge,
    move_command.move,
    usage_command.usage,
    backup_commands.backup,
    backup_commands.restore,
    setup_commands.setup_database,
    setup_commands.atlas_roles,
    doctor_command.doctor,
    watch_command.watch,
    console_command.console,
):
    app.command()(command)


@app.callback()
def commands() -> None:
    """Set up the databases of Tenantry, look at them and work on them.

    Exit status: 0 if all is well, 1 if not, 2 if MongoDB or the place of a backup cannot be used or the
    options are wrong.
    """


@app.command()
@with_target
def verify(target: Target, older_than: OlderThan = 60, as_json: Json = False) -> None:
    """Print every invariant that does not hold; changes nothing and may run beside live traffic."""
    with reported(), connected(target) as databases, progress(shown=not as_json) as advance:
        report = checker.verify(databases, timedelta(seconds=older_than), advance)
    if as_json:
        print_json(report_content(report))
    else:
        print_report(report)
    raise typer.Exit(1 if report.violations else 0)


@app.command()
@with_target
def reconcile(target: Target, older_than: OlderThan = 0, as_json: Json = False) -> None:
    """Do at once what the service does every five minutes, and drop what killed restores have left.

    That is completing interrupted creations, renames and deletions, ending what is due to end, and measuring
    how much is stored by organizations that were not measured for a day, for a minute at most.
    """
    with (
        reported(),
        connected(target) as databases,
        console(standard_error=True).status("Completing what was interrupted, and measuring"),
    ):
        library.use(target)
        outcome = asdict(reconciler.settle(databases, timedelta(seconds=older_than)))
    if as_json:
        print_json(outcome)
    else:
        for name, done in outcome.items():
            text = ", ".join(done) or "none" if isinstance(done, list) else done
            typer.echo(f"{name.capitalize()}: {text}")
    raise typer.Exit(1 if outcome["failed"] or outcome["unmeasured"] else 0)


@app.command()
@with_target
def revoke_key(
    key_id: Annotated[str, typer.Argument(metavar="KID", help="Its id, as /.well-known/jwks.json has it.")],
    target: Target,
    as_json: Json = False,
) -> None:
    """End a signing key that a rotation has replaced, together with its tokens, since it has leaked.

    Functions keep keys for five minutes, so they accept it as long as that.
    """
    with reported(), connected(target):
        library.use(target)
        revoked = public_keys.revoke(key_id)
    if not revoked:
        print_error(f"No rotation has replaced a key {key_id}; see SECURITY.md for what comes first")
        raise typer.Exit(1)
    print_result({"revoked": key_id}, f"Revoked {key_id}", as_json=as_json)


def main() -> None:
    """Run the command line."""
    app(prog_name="tenantry")
