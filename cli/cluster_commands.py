"""The commands of `tenantry cluster`: on which clusters organizations are placed, and how many."""

from enum import Enum
from typing import Annotated, Any

import typer

from cli import library
from cli.connection import MAIN, Target, connected
from cli.options import CLUSTERS, Json, with_target
from cli.output import print_error, print_json, print_result
from cli.reporting import reported
from tenantry.errors import CapacityExhausted
from tenantry.registry import clusters
from tenantry.storage import pools

app = typer.Typer(no_args_is_help=True, help="Say on which clusters organizations are placed, and how many.")


class Tier(Enum):
    """A tier of Atlas clusters, as Atlas names it."""

    M10 = "M10"
    M20 = "M20"
    M30 = "M30"
    M40 = "M40"


LIMITS = {Tier.M10: 5_000, Tier.M20: 10_000, Tier.M30: 10_000, Tier.M40: 100_000}
"""How many collections and indexes Atlas recommends at most; M40 stands for all tiers above it.

https://www.mongodb.com/docs/atlas/reference/atlas-limits/
"""


@app.command()
@with_target
def add(
    name: Annotated[str, typer.Argument(help="main, or a name in the clusters' connection strings.")],
    target: Target,
    tier: Annotated[Tier | None, typer.Option(help="Of Atlas: M40 for all above it; sets the limit.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, metavar="NUMBER", help="Of its collections and indexes together.")
    ] = None,
    number_of_pools: Annotated[
        int, typer.Option("--pools", min=0, metavar="NUMBER", help="Shared collections that it should have.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Let organizations be placed on a cluster, or change its limit, or give it pools."""
    if name not in (MAIN, *target.clusters):
        raise typer.BadParameter(f"has no connection string for {name}", param_hint=CLUSTERS)
    with reported(), connected(target):
        library.use(target)
        clusters.register(name, LIMITS[tier] if tier and limit is None else limit)
        try:
            for number in range(number_of_pools):
                pools.create(name, f"pool_{number}")
        except CapacityExhausted:
            print_error(f"{name} has no room for so many pools; see `tenantry cluster list`")
            raise typer.Exit(1) from None
        (content,) = [_content(cluster) for cluster in clusters.find_all() if cluster["_id"] == name]
    print_result(content, _line(content), as_json=as_json)


@app.command("list")
@with_target
def list_clusters(target: Target, as_json: Json = False) -> None:
    """Print the clusters in the order in which they are filled, and how full they are."""
    with reported(), connected(target):
        library.use(target)
        contents = [_content(cluster) for cluster in clusters.find_all()]
    if as_json:
        print_json({"clusters": contents})
    else:
        for content in contents:
            typer.echo(_line(content))


def _content(cluster: clusters.ClusterDocument) -> dict[str, Any]:
    return {
        "name": cluster["_id"],
        "namespaces": cluster["namespaces"],
        "limit": cluster["limit"],
        "pools": len(cluster["pools"]),
    }


def _line(content: dict[str, Any]) -> str:
    return (
        f"{content['name']}: {content['namespaces']} of {content['limit']} collections and indexes, "
        f"{content['pools']} pools"
    )
