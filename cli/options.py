"""Options that the commands have in common, and where they lead to."""

import json
from typing import Annotated, Final

import typer

from cli.connection import MAIN, Target

CLUSTERS: Final = "--mongodb-clusters"

MongoDBUri = Annotated[
    str, typer.Option("--mongodb-uri", envvar="MONGODB_URI", metavar="URI", help="Connection string.")
]
MasterDatabase = Annotated[
    str, typer.Option("--master-database", envvar="MASTER_DATABASE", metavar="NAME", help="Organizations.")
]
TenantDatabase = Annotated[
    str, typer.Option("--tenant-database", envvar="TENANT_DATABASE", metavar="NAME", help="Tenants' data.")
]
MongoDBClusters = Annotated[
    str,
    typer.Option(
        CLUSTERS,
        envvar="MONGODB_CLUSTERS",
        metavar="JSON",
        help="Connection strings of further clusters, an object by name.",
    ),
]
Issuer = Annotated[
    str | None,
    typer.Option("--issuer", metavar="ISSUER", help="Stack that gets the database: its output TokenIssuer."),
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


def target(mongodb_uri: str, master_database: str, tenant_database: str, mongodb_clusters: str) -> Target:
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
