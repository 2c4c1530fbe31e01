"""Moves in a process whose time is limited, as that of a Lambda function is."""

from collections.abc import Callable
from typing import Any

from pymongo.errors import PyMongoError

from tenantry.errors import TenantryError, TooManyIndexes
from tenantry.lifecycle.moves import operations, records
from tenantry.lifecycle.moves.errors import MoveError, MoveImpossible, MoveRefused, OutOfTime
from tenantry.lifecycle.moves.mover import Moved
from tenantry.runtime import moments
from tenantry.runtime.observability import MetricUnit, log_failure, logger, metrics

Answer = dict[str, Any]


def handle(request: dict[str, Any], has_time: Callable[[], bool]) -> Answer:
    """Move an organization or cancel its move, as far as time allows.

    Parameters
    ----------
    request : dict
        ``organization`` (slug or id), and ``to`` or ``cancel``.
    has_time : callable
        Tells whether there is time to continue.

    Returns
    -------
    dict
        ``state`` is ``done`` or ``unfinished``; a completed move also has what `operations.summary` says.

    Raises
    ------
    MoveRefused
        The request is neither; nothing changed.
    MoveError, TenantryError, pymongo.errors.PyMongoError
        See `operations`.
    """
    organization, check_time = request["organization"], _time_check(has_time)
    try:
        match request:
            case {"to": str(to)}:
                cluster, kind = operations.parse_target(to)
                moved = operations.move(organization, cluster, kind, check_time, _ignore_progress)
                _report("Moved an organization", moved, organization=organization, to=to)
                return {"state": "done"} | operations.summary(moved)
            case {"cancel": True}:
                operations.cancel(organization, check_time)
                return {"state": "done"}
    except OutOfTime:
        return {"state": "unfinished"}
    raise MoveRefused(
        "A request has an organization, and where to it is moved, or that its move is cancelled"
    )


def continue_all(has_time: Callable[[], bool]) -> list[str]:
    """Continue every move that has no holder, as far as time allows.

    Returns
    -------
    list of str
        The organizations that stay where they are, because the target cannot hold them.
    """
    given_up = []
    for move in records.find_all():
        try:
            moved = operations.continue_move(move, _time_check(has_time), _ignore_progress)
            _report("Went on with a move", moved, organization_id=move["_id"])
        except OutOfTime:
            break
        except (MoveImpossible, TooManyIndexes) as error:
            log_failure("A move is given up", error, organization_id=move["_id"])
            given_up.append(move["_id"])
        except (MoveError, TenantryError, PyMongoError) as error:
            log_failure("A move does not go on", error, organization_id=move["_id"])
    return given_up


def measure() -> None:
    """Report how many moves there are, and since when the one that stands still the longest has done so."""
    moves, now = records.find_all(), moments.now()
    standstills = [(now - move["progressed_at"]).total_seconds() for move in moves]
    metrics.add_metric("MovesUnderWay", MetricUnit.Count, len(moves))
    metrics.add_metric("MoveStandstill", MetricUnit.Seconds, max(standstills, default=0))


def _report(message: str, moved: Moved | None, **fields: Any) -> None:
    logger.info(message, **fields, **operations.summary(moved))
    if moved is not None:
        metrics.add_metric("MovePause", MetricUnit.Milliseconds, 1000 * moved.pause_seconds)


def _time_check(has_time: Callable[[], bool]) -> Callable[[], None]:
    def check_time() -> None:
        if not has_time():
            logger.info("A move is left for the next run")
            raise OutOfTime

    return check_time


def _ignore_progress(name: str, done: int, expected: int) -> None:
    """Show no progress."""
