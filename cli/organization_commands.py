"""`tenantry list`, `show`, `suspend` and `reactivate`: what there is, and what may go on."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from cli import library
from cli.connection import Target, connected
from cli.options import Json, with_target
from cli.output import print_json, print_result, print_rows
from cli.pages import PAGE, read_all
from cli.reporting import reported
from tenantry.http.overview.representations import overview_of, owners_of, summary_of
from tenantry.identity import owner_addresses
from tenantry.language.paging import Page
from tenantry.lifecycle import suspending
from tenantry.lifecycle.oversight import overview
from tenantry.registry.organizations import listing
from tenantry.registry.organizations.document import Kind, OrganizationDocument, State

COLUMNS: Final = ("id", "slug", "name", "state", "cluster", "kind", "plan", "created_at", "suspended_at")

Organization = Annotated[str, typer.Argument(metavar="ORGANIZATION", help="Its id or slug.")]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("must be a time such as 2026-01-31 or 2026-01-31T12:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment_option(name: str, text: str) -> Any:
    return typer.Option(name, parser=_moment, metavar="TIME", help=text)


@with_target
def list_organizations(
    target: Target,
    state: Annotated[State | None, typer.Option(help="State that they are in.")] = None,
    name: Annotated[
        str | None, typer.Option(metavar="PREFIX", help="What the name begins with, in any case.")
    ] = None,
    slug: Annotated[str | None, typer.Option(metavar="PREFIX", help="What the slug begins with.")] = None,
    cluster: Annotated[str | None, typer.Option(metavar="NAME", help="Where their documents are.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="A collection of their own, or a pool.")] = None,
    plan: Annotated[str | None, typer.Option(metavar="NAME", help="Their plan.")] = None,
    created_since: Annotated[
        datetime | None, _moment_option("--created-since", "In UTC unless it says otherwise.")
    ] = None,
    created_before: Annotated[datetime | None, _moment_option("--created-before", "The same.")] = None,
    changed_since: Annotated[
        datetime | None, _moment_option("--changed-since", "Name, slug, metadata or properties.")
    ] = None,
    suspended: Annotated[
        bool | None, typer.Option("--suspended/--not-suspended", help="Whether they are.")
    ] = None,
    moving: Annotated[
        bool | None, typer.Option("--moving/--not-moving", help="Whether their documents are being moved.")
    ] = None,
    intent: Annotated[
        bool | None,
        typer.Option("--intent/--no-intent", help="Whether they are being created, renamed or deleted."),
    ] = None,
    sort: Annotated[listing.Order | None, typer.Option(help="A minus sign is for descending order.")] = None,
    owner: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="What this e-mail address owns, and no other condition."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print all organizations that meet all conditions; without --sort, the latest first.

    Whoever looks for the address of an owner is recorded in the audit record, which the owner may read.
    """
    wanted = listing.Filter(
        state=state,
        name_prefix=name,
        slug_prefix=slug,
        cluster=cluster,
        kind=kind,
        plan=plan,
        created_since=created_since,
        created_before=created_before,
        changed_since=changed_since,
        suspended=suspended,
        moving=moving,
        intent=intent,
    )
    if owner is not None and (wanted != listing.Filter() or sort is not None):
        raise typer.BadParameter("goes with no other condition", param_hint="--owner")
    with reported("; `tenantry doctor` says what may be missing"), connected(target):
        library.use(target)

        def find_page(cursor: str | None) -> Page:
            if owner is not None:
                return owner_addresses.organizations_of(owner, PAGE, cursor)
            return listing.find_page(wanted, sort, PAGE, cursor)

        found = [summary_of(each) for each in read_all(find_page, "organizations", shown=not as_json)]
    if as_json:
        print_json({"organizations": found})
    else:
        print_rows(COLUMNS, ([_text(each[column]) for column in COLUMNS] for each in found))


@with_target
def show(
    organization: Organization,
    target: Target,
    addresses: Annotated[
        bool, typer.Option("--addresses", help="Also the e-mail addresses of its owners, which is recorded.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print all about one organization but its documents: owners, place, size, limits, what is under way."""
    with reported(), connected(target):
        library.use(target)
        content = overview_of(overview.find(organization))
        if addresses:
            content |= {"addresses": owners_of(owner_addresses.owners_of(content["id"]))["owners"]}
    if as_json:
        print_json(content)
    else:
        print_rows(("", content["slug"]), ([name, _text(value)] for name, value in content.items()))


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(item)}" for name, item in value.items())
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


@with_target
def suspend(organization: Organization, target: Target, as_json: Json = False) -> None:
    """Refuse an organization's logins, refreshes and data until it is reactivated; its data stay."""
    with reported(), connected(target):
        library.use(target)
        suspended = suspending.suspend(organization)
    _print_summary(suspended, "Suspended", as_json=as_json)


@with_target
def reactivate(organization: Organization, target: Target, as_json: Json = False) -> None:
    """End an organization's suspension; its members log in again."""
    with reported(), connected(target):
        library.use(target)
        reactivated = suspending.reactivate(organization)
    _print_summary(reactivated, "Reactivated", as_json=as_json)


def _print_summary(organization: OrganizationDocument, done: str, *, as_json: bool) -> None:
    text = f"{done} {organization['slug']} ({organization['_id']})"
    print_result(summary_of(organization), text, as_json=as_json)
