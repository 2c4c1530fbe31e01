"""The commands of `tenantry api-key`: which keys an organization has, and the end of one that has leaked."""

import sys
from functools import partial
from typing import Annotated, Any, Final

import typer

from cli import library
from cli.connection import Target, connected
from cli.options import Json, with_target
from cli.output import print_json, print_result, print_rows
from cli.reporting import reported
from tenantry.http.api_keys.representations import list_of
from tenantry.identity.api_keys import leaks, managing, texts
from tenantry.registry.organizations import finding

HEADINGS: Final = ("Key", "Name", "Scopes", "State", "Created", "Last used", "A minute")

app = typer.Typer(no_args_is_help=True, help="List API keys of an organization, and end one that has leaked.")


@app.command("list")
@with_target
def list_keys(
    organization: Annotated[str, typer.Argument(metavar="ORGANIZATION", help="Its id or slug.")],
    target: Target,
    as_json: Json = False,
) -> None:
    """Print the API keys of an organization, the newest first, without what proves them."""
    with reported(), connected(target):
        library.use(target)
        content = list_of(managing.list_all(finding.require(organization)["_id"]))
    if as_json:
        print_json(content)
    else:
        print_rows(HEADINGS, map(_cells, content["keys"]))


def _cells(key: dict[str, Any]) -> list[str]:
    used = max((secret["last_used_at"] or "" for secret in key["secrets"]), default="")
    scopes, rate = ", ".join(key["scopes"]), key["requests_per_minute"]
    return [key["id"], key["name"], scopes, key["state"], key["created_at"], used, str(rate or "")]


@app.command()
@with_target
def revoke(
    target: Target,
    key: Annotated[
        str | None,
        typer.Argument(metavar="[KEY]", help="Its id. Without it, the key itself is read from the input."),
    ] = None,
    as_json: Json = False,
) -> None:
    """End an API key of whatever organization, which is refused from the next request on.

    A leaked key is read from the standard input, for arguments are seen by other processes and kept in the
    history of shells. It has to be genuine: one that is made up with the id of a key ends nothing.
    """
    if key is not None and texts.is_key(key):
        raise typer.BadParameter("must be an id; send the key itself as the input", param_hint="KEY")
    revoke_one = partial(leaks.revoke_text, _read()) if key is None else partial(leaks.revoke, key)
    with reported(), connected(target):
        library.use(target)
        revoked = revoke_one()
    content = {"revoked": revoked["_id"], "organization_id": revoked["organization_id"]}
    text = f"Revoked {revoked['_id']} ({revoked['name']}) of {revoked['organization_id']}"
    print_result(content, text, as_json=as_json)


def _read() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("The key", hide_input=True, err=True)).strip()
    return sys.stdin.read().strip()
