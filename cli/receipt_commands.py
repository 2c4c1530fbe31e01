"""The commands of `tenantry receipts`: what was erased for good, and whether a receipt of it is genuine."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import library
from cli.connection import Target, connected
from cli.options import Json, with_target
from cli.output import print_error, print_json, print_result, print_rows
from cli.pages import PAGE, read_all
from cli.reporting import reported
from tenantry.lifecycle.receipts import keys, pages, signing

HEADINGS = ("Receipt", "Organization", "Documents", "Bytes", "Erased", "Signed")

app = typer.Typer(no_args_is_help=True, help="Show receipts of what was erased for good, and verify them.")


@app.command("list")
@with_target
def list_receipts(
    target: Target,
    organization: Annotated[
        str | None, typer.Option("--organization", metavar="ID", help="Of this organization alone.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print all receipts, the newest first, and with --json their signatures and public keys."""
    with reported(), connected(target):
        library.use(target)
        find = partial(pages.find, organization, PAGE)
        receipts = [pages.represent(each) for each in read_all(find, "receipts", shown=not as_json)]
        content = {"receipts": receipts, "keys": keys.find_all()}
    if as_json:
        print_json(content)
    else:
        print_rows(HEADINGS, map(_cells, receipts))


@app.command("keys")
@with_target
def print_keys(target: Target) -> None:
    """Print the public keys of receipts as a JSON Web Key Set, for whoever verifies receipts."""
    with reported(), connected(target):
        library.use(target)
        print_json({"keys": keys.find_all()})


@app.command()
def verify(
    receipt: Annotated[str, typer.Argument(metavar="FILE|-", help="A receipt: what `signed` has.")],
    key_set: Annotated[
        Path, typer.Option("--keys", metavar="FILE", help="What `tenantry receipts keys` printed.")
    ],
    as_json: Json = False,
) -> None:
    """Check a receipt's signature and print what it says; MongoDB is not asked."""
    try:
        signed = sys.stdin.read() if receipt == "-" else Path(receipt).read_text(encoding="ascii")
        public_keys = json.loads(key_set.read_text(encoding="utf-8"))["keys"]
        said = signing.verify(signed.strip(), public_keys)
    except signing.InvalidReceipt as error:
        print_error(f"This is no genuine receipt: {error}")
        raise typer.Exit(1) from None
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        print_error(f"The receipt or the keys cannot be read: {error}")
        raise typer.Exit(2) from None
    text = "\n".join(f"{name}: {_cell(value)}" for name, value in said.items())
    print_result(said, f"The signature is genuine. The receipt says:\n{text}", as_json=as_json)


def _cells(receipt: dict[str, Any]) -> list[str]:
    columns = ("id", "organization_id", "documents", "bytes", "erased_at")
    signed = "yes" if receipt["signed"] else "not yet"
    return [*(_cell(receipt[column]) for column in columns), signed]


def _cell(value: Any) -> str:
    return "not counted" if value is None else str(value)
