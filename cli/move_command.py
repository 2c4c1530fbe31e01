"""`tenantry move`: move an organization's documents to another place, or give the move up."""

from typing import Annotated

import typer

from cli import library
from cli.connection import Target, connected
from cli.options import Json, with_target
from cli.output import print_result, progress
from cli.reporting import reported
from tenantry.lifecycle.moves import operations
from tenantry.lifecycle.moves.mover import Moved

ADVICE = "; run the same command again, which goes on from there"


@with_target
def move(
    organization: Annotated[str, typer.Argument(metavar="ORGANIZATION", help="Its id or slug.")],
    target: Target,
    to: Annotated[
        str, typer.Option("--to", metavar="CLUSTER[/pooled]", help="Where to; own collection or pool.")
    ] = "",
    cancel: Annotated[bool, typer.Option("--cancel", help="Give up its move instead.")] = False,
    as_json: Json = False,
) -> None:
    """Move an organization's documents to another cluster, or into a pool or out of it, while it is in use.

    Its members wait for less than a second, once. A move that was interrupted goes on if it is asked for
    again. Until it is over, the organization keeps its name and its indexes.
    """
    if bool(to) == cancel:
        raise typer.BadParameter("is needed, or --cancel", param_hint="--to")
    if cancel:
        _cancel(target, organization, as_json=as_json)
    else:
        _move(target, organization, to, as_json=as_json)


def _move(target: Target, organization: str, to: str, *, as_json: bool) -> None:
    with reported(ADVICE), connected(target), progress(shown=not as_json) as advance:
        cluster, kind = operations.parse_target(to)
        library.use(target)
        moved = operations.move(organization, cluster, kind, lambda: None, advance)
    print_result(
        {"organization": organization, "to": to} | operations.summary(moved),
        _text(organization, to, moved),
        as_json=as_json,
    )


def _text(organization: str, to: str, moved: Moved | None) -> str:
    if moved is None:
        return f"{organization} is at {to} already"
    compared = moved.compared
    return (
        f"Moved {organization} to {to}: {compared.documents} documents, {compared.size} bytes, "
        f"all compared (checksum {compared.checksum:014x}); paused for {moved.pause_seconds:.3f} s"
    )


def _cancel(target: Target, organization: str, *, as_json: bool) -> None:
    with reported(ADVICE), connected(target):
        library.use(target)
        is_cancelled = operations.cancel(organization, lambda: None)
    text = f"The move of {organization} is over" if is_cancelled else f"{organization} is not being moved"
    print_result({"organization": organization, "cancelled": is_cancelled}, text, as_json=as_json)
