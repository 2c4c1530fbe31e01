"""How the terminal shows what `tenantry.lifecycle.oversight.snapshot` has seen."""

from datetime import datetime
from typing import Any, Final

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

Look = dict[str, Any]

FULL_PERCENT: Final = 80
MINUTE, HOUR, DAY = 60, 3600, 86400
ACTIONS_SHOWN: Final = 10


def view(look: Look, before: Look | None) -> RenderableType:
    """Return tables beside each other, or below where the terminal is narrow.

    Parameters
    ----------
    look : dict
        What was seen.
    before : dict, optional
        What was seen before it, for what has to be compared.
    """
    tables = [_organizations(look), _waiting(look), _actions(look), _clusters(look, before)]
    if look["moves"]:
        tables.append(_moves(look))
    if look["rollouts"]:
        tables.append(_rollouts(look))
    return Group(Text(f"Tenantry at {look['at']}", "bold"), Columns(tables, padding=(0, 2)))


def lost(reason: str, last: Look | None, before: Look | None) -> RenderableType:
    """Return that the database is away, above what was seen last."""
    line = Text(f"The database is away: {reason}. Trying again.", "bold red")
    return Group(line, view(last, before)) if last else line


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, justify="left" if column == columns[0] else "right", overflow="fold")
    return table


def _organizations(look: Look) -> Table:
    table = _table("Organizations", "state", "number")
    for state, number in look["organizations"].items():
        table.add_row(state, str(number))
    return table


def _waiting(look: Look) -> Table:
    table = _table("Waiting", "what", "number", "oldest")
    for kind in look["waiting"]:
        style = "red" if kind["is_late"] else ""
        oldest = _duration(kind["oldest_seconds"]) if kind["number"] else ""
        table.add_row(kind["name"], str(kind["number"]), Text(oldest, style))
    return table


def _actions(look: Look) -> Table:
    table = _table("Recorded", "action", "per minute")
    for action in look["actions"][:ACTIONS_SHOWN]:
        style = "yellow" if action["action"].endswith("failed") else ""
        table.add_row(Text(action["action"], style), f"{action['per_minute']:g}")
    table.add_row("counters that pause", str(look["pausing_counters"]))
    return table


def _clusters(look: Look, before: Look | None) -> Table:
    table = _table("Clusters", "name", "used", "connections", "ops/s")
    for cluster in look["clusters"]:
        percent = 100 * cluster["namespaces"] / cluster["limit"] if cluster["limit"] else 100
        used = Text(f"{cluster['namespaces']}/{cluster['limit']}", "red" if percent >= FULL_PERCENT else "")
        if cluster["error"]:
            table.add_row(cluster["name"], used, Text("away", "red"), "")
        else:
            rate = _operations_per_second(cluster, look, before)
            table.add_row(cluster["name"], used, str(cluster["connections"]), rate)
    return table


def _operations_per_second(cluster: Look, look: Look, before: Look | None) -> str:
    """Return how many operations there were since the look before; empty if the server has started since."""
    for earlier in before["clusters"] if before else ():
        if earlier["name"] == cluster["name"] and earlier["operations"] is not None:
            seconds = (_moment(look) - _moment(before)).total_seconds()  # type: ignore[arg-type]
            operations = cluster["operations"] - earlier["operations"]
            return f"{operations / seconds:.0f}" if seconds > 0 and operations >= 0 else ""
    return ""


def _moves(look: Look) -> Table:
    table = _table("Moves", "organization", "to", "phase", "documents", "since", "idle")
    for move in look["moves"]:
        table.add_row(
            move["organization_id"],
            move["to"],
            move["phase"],
            str(move["documents"]),
            _duration(move["seconds"]),
            _duration(move["idle_seconds"]),
        )
    return table


def _rollouts(look: Look) -> Table:
    table = _table("Roll-outs", "name", "state", "failed", "to come", "takes", "idle")
    for rollout in look["rollouts"]:
        paused_by, remaining, seconds = (
            rollout[field] for field in ("paused_by", "remaining", "remaining_seconds")
        )
        table.add_row(
            rollout["rollout"],
            f"paused by {paused_by}" if paused_by else rollout["state"],
            Text(str(rollout["failed"]), "red" if rollout["failed"] else ""),
            "" if remaining is None else str(remaining),
            "" if seconds is None else _duration(seconds),
            _duration(rollout["idle_seconds"]),
        )
    return table


def _moment(look: Look) -> datetime:
    return datetime.fromisoformat(look["at"])


def _duration(seconds: float) -> str:
    """Return a duration in its two greatest units."""
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"
