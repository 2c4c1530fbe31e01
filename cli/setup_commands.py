"""`tenantry setup-database` and `atlas-roles`: what a database has to have before the functions use it."""

from dataclasses import asdict

import typer

from cli import folded_addresses, folded_names, library, role_commands
from cli.checks import signing_keys
from cli.connection import Target, connected
from cli.options import Issuer, Json, MasterDatabase, Roles, TenantDatabase, with_target
from cli.output import print_error, print_result
from cli.reporting import reported
from tenantry.identity.keys import public_keys


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
        folding = folded_addresses.fold_stored(databases)
        ids = folded_names.fold_stored(databases)
        if issuer is not None:
            public_keys.hand_over(issuer)
        owner = signing_keys.issuer_of(databases)
        roles = []
        for tenants in databases.clusters.values() if with_roles else ():
            roles = role_commands.set_up(tenants.client, target)
    text = f"Addresses folded: {len(folding.folded)}, names: {len(ids)}\n"
    text += f"Issuer: {owner or 'none yet'}\nRoles: {', '.join(roles) or 'left as they are'}"
    content = {"issuer": owner, "roles": roles, "addresses": asdict(folding), "names": ids}
    print_result(content, text, as_json=as_json)
    for collision in folding.collisions:
        accounts = f"{collision.account_id} has the e-mail address of {collision.holder_id}"
        print_error(f"{accounts}; see docs/command-line.md")
    if folding.collisions:
        raise typer.Exit(1)


def atlas_roles(
    master_database: MasterDatabase = "tenantry", tenant_database: TenantDatabase = "tenantry_tenants"
) -> None:
    """Print the commands of the Atlas CLI that create the same roles in Atlas."""
    for command in role_commands.atlas_commands(Target("", master_database, tenant_database)):
        typer.echo(command)
