"""The commands of `tenantry rollout`: the same change of many organizations' collections."""

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from cli import library
from cli.connection import Target, connected
from cli.options import Json, with_target
from cli.output import print_error, print_json, print_result, print_rows, work_progress
from cli.reporting import reported
from cli.request_bodies import problems_of
from cli.rollout_plans import plan_of
from tenantry.http.rollouts.answers import RollOutStatus, status_of, summary_of
from tenantry.http.rollouts.bodies import RollOutFile
from tenantry.lifecycle.rollouts import operations, progress
from tenantry.lifecycle.rollouts.progress import Progress
from tenantry.lifecycle.rollouts.work import Means
from tenantry.registry import rollouts, schema
from tenantry.tenants import TenantCollection

app = typer.Typer(no_args_is_help=True, help="Change many organizations' collections in the same way.")

SECONDS: Final = 24 * 3600  # of one organization; an index of many documents takes its time
ADVICE: Final = "; run the same command again, which goes on from there"

File = Annotated[Path, typer.Argument(metavar="FILE", help="What to roll out, as JSON; docs/rollouts.md.")]
FileOrName = Annotated[
    str, typer.Argument(metavar="FILE|NAME", help="The roll-out's file, or the name that is in it.")
]


@app.command()
@with_target
def plan(file: File, target: Target, as_json: Json = False) -> None:
    """Print what a roll-out would do on each cluster, and whether there is room for it; changes nothing."""
    with reported(ADVICE), connected(target):
        library.use(target)
        content = plan_of(_read(file).definition())
    if as_json:
        print_json(content)
    else:
        headings = ("Cluster", "Own collections", "Pooled", "Pools", "Indexes to make", "Room for")
        print_rows(headings, (map(str, planned.values()) for planned in content["clusters"]))
    if content["refusal"]:
        print_error(content["refusal"])
        raise typer.Exit(1)


@app.command()
@with_target
def apply(file: File, target: Target, as_json: Json = False) -> None:
    """Begin a roll-out and work on it, or go on where it was interrupted.

    It pauses behind its canary, and if it fails too often; `tenantry rollout resume` goes on.
    """
    wanted = _read(file)
    with reported(ADVICE), connected(target):
        library.use(target)
        schema.ensure_schema()
        operations.begin(wanted.name, wanted.definition())
        reached = _work(operations.apply, wanted.name, as_json=as_json)
        _finish(reached, as_json=as_json)


@app.command()
@with_target
def resume(name: FileOrName, target: Target, as_json: Json = False) -> None:
    """Go on with a roll-out that has paused, and try again where it has failed."""
    with reported(ADVICE), connected(target):
        library.use(target)
        operations.resume(_named(name))
        reached = _work(operations.apply, _named(name), as_json=as_json)
        _finish(reached, as_json=as_json)


@app.command()
@with_target
def undo(name: FileOrName, target: Target, as_json: Json = False) -> None:
    """Drop what a roll-out has made, and nothing else; restore the validators that were there before.

    What a function has done to documents stays.
    """
    with reported(ADVICE), connected(target):
        library.use(target)
        operations.begin_undoing(_named(name))
        reached = _work(operations.undo, _named(name), as_json=as_json)
        _finish(reached, as_json=as_json)


@app.command()
@with_target
def pause(name: FileOrName, target: Target, as_json: Json = False) -> None:
    """Let whoever works on a roll-out begin with no further organization."""
    with reported(ADVICE), connected(target):
        library.use(target)
        paused = summary_of(operations.pause(_named(name)))
    print_result(paused.model_dump(), f"{paused.name} is paused", as_json=as_json)


@app.command()
@with_target
def status(name: FileOrName, target: Target, as_json: Json = False) -> None:
    """Print how far a roll-out is, and where it has failed."""
    with reported(ADVICE), connected(target):
        library.use(target)
        _show(status_of(progress.of(_named(name))), as_json=as_json)


@app.command("list")
@with_target
def list_rollouts(target: Target, as_json: Json = False) -> None:
    """Print all roll-outs, in the order in which they were begun."""
    with reported(ADVICE), connected(target):
        library.use(target)
        summaries = [summary_of(rollout) for rollout in rollouts.find_all()]
    if as_json:
        print_json({"rollouts": [summary.model_dump() for summary in summaries]})
        return
    rows = ((each.name, each.state, each.paused_by or "", each.started_at) for each in summaries)
    print_rows(("Name", "State", "Paused by", "Started"), rows)


def _work(work: Callable[[str, Means], Progress], name: str, *, as_json: bool) -> Progress:
    function = progress.find(name)["definition"]["function"]
    change_documents = _changing(function) if function else None
    with work_progress(shown=not as_json) as advance:
        means = Means(lambda: True, SECONDS, lambda *done: advance(name, *done), change_documents)
        return work(name, means)


def _changing(function: str) -> Callable[[str], None]:
    """Return what calls a function, such as ``module:function``, with an organization's collection."""
    module, _, attribute = function.partition(":")
    sys.path.insert(0, "")  # modules of the working directory, as `python -m` finds them
    try:
        change: Callable[[TenantCollection], Any] = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        print_error(f"There is no function {function}: {error}")
        raise typer.Exit(2) from None
    finally:
        sys.path.remove("")

    def change_documents(organization_id: str) -> None:
        change(TenantCollection(organization_id))

    return change_documents


def _finish(reached: Progress, *, as_json: bool) -> None:
    shown = status_of(reached)
    _show(shown, as_json=as_json)
    is_whole = shown.state in ("finished", "undone") and not shown.failed
    raise typer.Exit(0 if is_whole or shown.paused_by == "canary" else 1)


def _show(shown: RollOutStatus, *, as_json: bool) -> None:
    if as_json:
        print_json(shown.model_dump())
        return
    state = f"{shown.state} ({shown.paused_by})" if shown.paused_by else shown.state
    remaining = f", {shown.remaining_seconds:.0f} s left" if shown.remaining_seconds is not None else ""
    numbers = f"{shown.done} done, {shown.failed} failed, {shown.pending} to come{remaining}"
    typer.echo(f"{shown.name} is {state}: {numbers}")
    if shown.failures:
        rows = ((failure.organization_id, failure.slug, failure.reason) for failure in shown.failures)
        print_rows(("Organization", "Slug", "Why it has failed"), rows)


def _named(name: str) -> str:
    return _read(Path(name)).name if Path(name).is_file() else name


def _read(file: Path) -> RollOutFile:
    try:
        return RollOutFile.model_validate(json.loads(file.read_text()))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        print_error(f"{file} cannot be read: {error}")
    except ValidationError as error:
        for problem in problems_of(error):
            print_error(f"{file}: {problem}")
    raise typer.Exit(2)
