"""The commands of `tenantry`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from cli import (
    addresses,
    checker,
    cluster_commands,
    deletion_commands,
    doctor_command,
    library,
    move_command,
    names,
    organization_commands,
    plan_commands,
    receipt_commands,
    reconciler,
    release_slug_command,
    role_commands,
    rollout_commands,
    set_command,
    usage_command,
    watch_command,
)
from cli.backups.backup import back_up
from cli.backups.owners import NamedOwner
from cli.backups.restore import restore as restore_backup
from cli.backups.storage import is_standard_output
from cli.checker import Advance
from cli.checks import signing_keys
from cli.connection import Databases, Target, connected
from cli.options import (
    EvenThoughYounger,
    Issuer,
    Json,
    MasterDatabase,
    NewName,
    OlderThan,
    Owner,
    Roles,
    TenantDatabase,
    with_target,
)
from cli.output import (
    print_error,
    print_json,
    print_report,
    print_result,
    progress,
    report_content,
    transfer_progress,
)
from cli.reporting import reported
from tenantry.identity import accounts
from tenantry.identity.keys import public_keys
from tenantry.registry import limits

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
app.add_typer(cluster_commands.app, name="cluster")
app.command("deletions")(deletion_commands.list_deletions)
app.command()(deletion_commands.undo)
app.command()(deletion_commands.purge)
app.command()(doctor_command.doctor)
app.add_typer(plan_commands.app, name="plan")
app.add_typer(rollout_commands.app, name="rollout")
app.add_typer(receipt_commands.app, name="receipts")
app.command()(move_command.move)
app.command()(release_slug_command.release_slug)
app.command("set")(set_command.set_organization)
app.command()(usage_command.usage)
app.command("list")(organization_commands.list_organizations)
for command in (organization_commands.show, organization_commands.suspend, organization_commands.reactivate):
    app.command()(command)
app.command()(watch_command.watch)


@app.callback()
def commands() -> None:
    """Set up the database of Tenantry; check, repair, back up and restore its data.

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
    """Complete every rename and deletion that was begun and not finished; drop what killed restores left."""
    with reported(), connected(target) as databases:
        library.use(target)
        outcome = asdict(reconciler.settle(databases, timedelta(seconds=older_than)))
    if as_json:
        print_json(outcome)
    else:
        for name, ids in outcome.items():
            typer.echo(f"{name.capitalize()}: {', '.join(ids) or 'none'}")
    raise typer.Exit(1 if outcome["failed"] else 0)


@app.command()
@with_target
def backup(
    organization: Annotated[str, typer.Argument(metavar="ORGANIZATION", help="Its id or slug.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE|S3URL|-", help="Where to.")],
    target: Target,
    as_json: Json = False,
) -> None:
    """Write one organization, as it is at one moment, into an archive that mongorestore reads as well.

    The archive holds the password hashes of the organization's owners: keep it secret.

    With - it goes to standard output, and the result to standard error. A pipe or device is written to.
    """
    with reported(), _transferring(target, as_json) as (databases, advance):
        done = back_up(databases, organization, output, advance)
    backed_up = done.organization
    content = {"organization_id": backed_up["_id"], "slug": backed_up["slug"], "bytes": done.archive_bytes}
    text = f"Backed up {backed_up['slug']} ({backed_up['_id']}): {done.archive_bytes} bytes in {output}"
    print_result(content, text, as_json=as_json, on_standard_error=is_standard_output(output))


@app.command()
@with_target
def restore(
    source: Annotated[str, typer.Argument(metavar="FILE|S3URL|-", help="What `tenantry backup` wrote.")],
    target: Target,
    name: NewName = None,
    owner: Owner = None,
    even_though_younger: EvenThoughYounger = False,
    as_json: Json = False,
) -> None:
    """Make an organization from a backup: with an id of its own, whole or not at all.

    An e-mail address names no owner, for somebody else may have it by now.
    """
    if even_though_younger and owner is None:
        raise typer.BadParameter("is for --owner ACCOUNT_ID", param_hint="--even-though-younger")
    named_owner = NamedOwner(owner, even_though_younger) if owner is not None else None
    advice = "; once it can, run `tenantry reconcile`, which ends what the restore has begun"
    with reported(advice), _transferring(target, as_json) as (databases, advance):
        done = restore_backup(databases, source, name, named_owner, advance)
    restored = done.organization
    content = {"organization_id": restored["_id"], "slug": restored["slug"], "documents": done.documents}
    content |= {"plan": limits.plan_of(restored), "limits": restored.get("limits", {})}
    owners = [{"id": account["_id"], "email": accounts.address_of(account)} for account in done.owners]
    owned_by = ", ".join(f"{account['id']} ({account['email']})" for account in owners)
    members = len(done.owners) + len(done.colleagues)
    left_out = [{"id": account.id, "email": account.address} for account in done.left_out]
    text = (
        f"Restored {restored['slug']} ({restored['_id']}): {done.documents} documents, {members} members, "
        f"owned by {owned_by}"
    )
    print_result(
        content | {"owners": owners, "members": members, "left_out": left_out}, text, as_json=as_json
    )
    for rollout in done.failed_rollouts:
        print_error(f"The roll-out {rollout} has failed here; see `tenantry rollout status {rollout}`")
    if done.plan_left_out is not None:
        print_error(f"There is no plan {done.plan_left_out} here; it has the plan {limits.DEFAULT}")
    for account in left_out:
        print_error(
            f"{account['id']} ({account['email']}) is no member, for it has changed; an owner may invite it"
        )


@app.command()
@with_target
def setup_database(
    target: Target, issuer: Issuer = None, with_roles: Roles = True, as_json: Json = False
) -> None:
    """Create indexes, views, and MongoDB's roles for the functions and this command line; or what is missing.

    E-mail addresses and names that an earlier version stored are brought into the forms that are searched.
    The connection string is an administrator's. Users with these roles are yours to create. A database
    belongs to the stack that first makes a signing key, and others are refused; --issuer hands it over.
    """
    advice = "; Atlas takes roles from its own tools only, see `tenantry atlas-roles`, and use --no-roles"
    with reported(advice), connected(target) as databases:
        library.use(target)
        library.ensure_schema()
        folding = addresses.fold_stored(databases)
        folded_names = names.fold_stored(databases)
        if issuer is not None:
            public_keys.hand_over(issuer)
        owner = signing_keys.issuer_of(databases)
        roles = []
        for tenants in databases.clusters.values() if with_roles else ():
            roles = role_commands.set_up(tenants.client, target)
    text = f"Addresses folded: {len(folding.folded)}, names: {len(folded_names)}\n"
    text += f"Issuer: {owner or 'none yet'}\nRoles: {', '.join(roles) or 'left as they are'}"
    content = {"issuer": owner, "roles": roles, "addresses": asdict(folding), "names": folded_names}
    print_result(content, text, as_json=as_json)
    for collision in folding.collisions:
        print_error(f"{collision.account_id} has the e-mail address of {collision.holder_id}; see the README")
    if folding.collisions:
        raise typer.Exit(1)


@app.command()
def atlas_roles(
    master_database: MasterDatabase = "tenantry", tenant_database: TenantDatabase = "tenantry_tenants"
) -> None:
    """Print the commands of the Atlas CLI that create the same roles in Atlas."""
    for command in role_commands.atlas_commands(Target("", master_database, tenant_database)):
        typer.echo(command)


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


@contextmanager
def _transferring(target: Target, as_json: bool) -> Iterator[tuple[Databases, Advance]]:
    """Connect both the command line and the library, and show progress to people."""
    with connected(target) as databases, transfer_progress(shown=not as_json) as advance:
        library.use(target)
        yield databases, advance


def main() -> None:
    """Run the command line."""
    app(prog_name="tenantry")
