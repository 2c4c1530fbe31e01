"""The commands about deleted organizations: `tenantry deletions`, `undo` and `purge`."""

from functools import partial
from typing import Annotated, Any

import typer
from pymongo.errors import PyMongoError

from cli import library
from cli.connection import Target, connected
from cli.options import Json, with_target
from cli.output import print_error, print_json, print_result, print_rows
from cli.pages import PAGE, read_all
from cli.reporting import reported, tell_failed_rollouts
from cli.request_bodies import checked
from tenantry.http.deletions.bodies import UndoDeletion
from tenantry.http.deletions.representations import deletion_of
from tenantry.lifecycle import purging, undoing
from tenantry.lifecycle.rollouts import arriving
from tenantry.lifecycle.undoing import Wanted
from tenantry.registry import deletions

OrganizationId = Annotated[str, typer.Argument(metavar="ID", help="The organization's id, not its slug.")]


@with_target
def list_deletions(
    target: Target,
    slug_prefix: Annotated[str | None, typer.Option(metavar="TEXT", help="How the slug begins.")] = None,
    name_prefix: Annotated[str | None, typer.Option(metavar="TEXT", help="How the name begins.")] = None,
    as_json: Json = False,
) -> None:
    """Print the deleted organizations that can be brought back; what is purged next comes first."""
    with reported(), connected(target):
        library.use(target)
        find = partial(deletions.find_page, slug_prefix, name_prefix, PAGE)
        found = [deletion_of(each) for each in read_all(find, "deleted organizations", shown=not as_json)]
    if as_json:
        print_json({"deletions": found})
        return
    if found:
        headings = ("Organization", "Slug", "Name", "Deleted at", "Purged at", "State", "Cluster")
        print_rows(headings, map(_cells, found))
    typer.echo(f"{len(found) or 'No'} deleted organization{'' if len(found) == 1 else 's'}.")


def _cells(deletion: dict[str, Any]) -> list[str]:
    named = [deletion["organization"][field] for field in ("id", "slug", "name")]
    return named + [deletion[field] for field in ("deleted_at", "purge_at", "state", "cluster")]


@with_target
def undo(
    organization: OrganizationId,
    target: Target,
    name: Annotated[str | None, typer.Option(help="Its name from now on, if not the old one.")] = None,
    slug: Annotated[str | None, typer.Option(help="Its slug, if not that of the name.")] = None,
    owner: Annotated[
        str | None, typer.Option(metavar="ACCOUNT_ID", help="Account that becomes an owner, too.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring a deleted organization back, with its documents, indexes and members, under its id."""
    wanted = checked(UndoDeletion, {"name": name, "slug": slug, "owner": owner})
    with reported(), connected(target):
        library.use(target)
        undone = undoing.undo(organization, Wanted(wanted.name, wanted.slug, wanted.owner))
        failed_rollouts = _give_current(undone["_id"])
    content = {"organization_id": undone["_id"], "slug": undone["slug"], "state": undone["state"]}
    print_result(content, f"Brought back {undone['slug']} ({undone['_id']})", as_json=as_json)
    tell_failed_rollouts(failed_rollouts)


def _give_current(organization_id: str) -> list[str]:
    """Do what has been rolled out since the deletion, as far as it can be done at once."""
    try:
        return arriving.give_current(organization_id)
    except PyMongoError:
        print_error("It is back; what has been rolled out since comes later, from the function roll_out")
        return []


@with_target
def purge(organization: OrganizationId, target: Target, as_json: Json = False) -> None:
    """End the data of a deleted organization for good, before it is due; nothing brings them back."""
    with reported(), connected(target):
        library.use(target)
        purging.purge(organization)
    print_result({"purged": organization}, f"Purged {organization}", as_json=as_json)
