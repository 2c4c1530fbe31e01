"""Options that the commands have in common, each declared once."""

import json
from collections.abc import Callable, Iterator
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Final

import typer

from cli.connection import MAIN, Target

CLUSTERS: Final = "--mongodb-clusters"

MasterDatabase = Annotated[
    str, typer.Option("--master-database", envvar="MASTER_DATABASE", metavar="NAME", help="Organizations.")
]
TenantDatabase = Annotated[
    str, typer.Option("--tenant-database", envvar="TENANT_DATABASE", metavar="NAME", help="Tenants' data.")
]
Issuer = Annotated[
    str | None,
    typer.Option("--issuer", metavar="ISSUER", help="Stack that gets the database: its output TokenIssuer."),
]
Roles = Annotated[
    bool,
    typer.Option("--roles/--no-roles", help="Whether to create MongoDB's roles; Atlas refuses to."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
OlderThan = Annotated[int, typer.Option(min=0, metavar="SECONDS", help="Age of an intent to look at.")]
NewName = Annotated[str | None, typer.Option("--name", help="The organization's name, if not the old one.")]
Owner = Annotated[
    str | None,
    typer.Option("--owner", metavar="ACCOUNT_ID", help="Account that owns it, if not the old ones."),
]
EvenThoughYounger = Annotated[
    bool,
    typer.Option(
        "--even-though-younger", help="Let --owner name an account that was created after the backup."
    ),
]


def with_target(command: Callable[..., None]) -> Callable[..., None]:
    """Let options of the command line say what a command's parameter `target` is.

    Typer reads options from a function's signature and has no other way to give several commands the same
    ones: https://github.com/fastapi/typer/issues/153
    """

    @wraps(command)
    def command_with_options(**values: Any) -> None:
        options = {name: values.pop(name) for name in signature(target).parameters}
        command(target=target(**options), **values)

    command_with_options.__signature__ = Signature(list(_parameters(command)))  # type: ignore[attr-defined]
    return command_with_options


def _parameters(command: Callable[..., None]) -> Iterator[Parameter]:
    for name, parameter in signature(command).parameters.items():
        options = signature(target).parameters.values() if name == "target" else [parameter]
        for option in options:
            yield option.replace(kind=Parameter.KEYWORD_ONLY)  # then one without a default may come last


def target(
    mongodb_uri: Annotated[
        str, typer.Option("--mongodb-uri", envvar="MONGODB_URI", metavar="URI", help="Connection string.")
    ],
    master_database: MasterDatabase = "tenantry",
    tenant_database: TenantDatabase = "tenantry_tenants",
    mongodb_clusters: Annotated[
        str,
        typer.Option(
            CLUSTERS,
            envvar="MONGODB_CLUSTERS",
            metavar="JSON",
            help="Connection strings of further clusters, an object by name.",
        ),
    ] = "{}",
) -> Target:
    """Return where the options lead to.

    Raises
    ------
    typer.BadParameter
        The clusters are no JSON object of connection strings.
    """
    try:
        clusters = json.loads(mongodb_clusters)
    except json.JSONDecodeError:
        clusters = None
    if not isinstance(clusters, dict) or not all(isinstance(uri, str) for uri in clusters.values()):
        raise typer.BadParameter("must be a JSON object of connection strings", param_hint=CLUSTERS)
    if MAIN in clusters:
        raise typer.BadParameter("main is the cluster of --mongodb-uri", param_hint=CLUSTERS)
    return Target(mongodb_uri, master_database, tenant_database, clusters)
