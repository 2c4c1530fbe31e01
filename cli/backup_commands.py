"""`tenantry backup` and `restore`: one organization, into an archive and out of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from cli import library
from cli.backups.backup import back_up
from cli.backups.owners import NamedOwner
from cli.backups.restore import restore as restore_backup
from cli.backups.storage import is_standard_output
from cli.checker import Advance
from cli.connection import Databases, Target, connected
from cli.options import EvenThoughYounger, Json, NewName, Owner, with_target
from cli.output import print_error, print_result, transfer_progress
from cli.reporting import reported, tell_failed_rollouts
from tenantry.identity import accounts
from tenantry.registry import limits


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
    tell_failed_rollouts(done.failed_rollouts)
    if done.plan_left_out is not None:
        print_error(f"There is no plan {done.plan_left_out} here; it has the plan {limits.DEFAULT}")
    for account in left_out:
        print_error(
            f"{account['id']} ({account['email']}) is no member, for it has changed; an owner may invite it"
        )


@contextmanager
def _transferring(target: Target, as_json: bool) -> Iterator[tuple[Databases, Advance]]:
    """Connect both the command line and the library, and show progress to people."""
    with connected(target) as databases, transfer_progress(shown=not as_json) as advance:
        library.use(target)
        yield databases, advance
