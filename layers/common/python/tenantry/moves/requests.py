"""Moves in a process whose time is limited, as that of a Lambda function is."""

from collections.abc import Callable
from typing import Any

from pymongo.errors import PyMongoError

from tenantry.errors import TenantryError
from tenantry.moves import operations, records
from tenantry.moves.errors import MoveError, MoveRefused, OutOfTime
from tenantry.observability import log_failure, logger

Answer = dict[str, Any]


def carry_out(request: dict[str, Any], has_time: Callable[[], bool]) -> Answer:
    """Move an organization or give up its move, as far as time allows.

    Parameters
    ----------
    request : dict
        ``organization`` (slug or id), and ``to`` or ``cancel``.
    has_time : callable
        Tells whether to go on.

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
    organization, check_time = request["organization"], _check(has_time)
    try:
        match request:
            case {"to": str(to)}:
                cluster, kind = operations.place_of(to)
                moved = operations.move(organization, cluster, kind, check_time, _nobody_looks)
                summary = operations.summary(moved)
                logger.info("Moved an organization", organization=organization, to=to, **summary)
                return {"state": "done"} | summary
            case {"cancel": True}:
                operations.cancel(organization, check_time)
                return {"state": "done"}
    except OutOfTime:
        return {"state": "unfinished"}
    raise MoveRefused(
        "A request has an organization, and where to it is moved, or that its move is cancelled"
    )


def go_on_with_all(has_time: Callable[[], bool]) -> None:
    """Go on with every move that nobody is at, as far as time allows."""
    for move in records.find_all():
        try:
            moved = operations.go_on(move, _check(has_time), _nobody_looks)
            logger.info("Went on with a move", organization_id=move["_id"], **operations.summary(moved))
        except OutOfTime:
            return
        except (MoveError, TenantryError, PyMongoError) as error:
            log_failure("A move does not go on", error, organization_id=move["_id"])


def _check(has_time: Callable[[], bool]) -> Callable[[], None]:
    def check_time() -> None:
        if not has_time():
            logger.info("A move is left for the next run")
            raise OutOfTime

    return check_time


def _nobody_looks(name: str, done: int, expected: int) -> None:
    """Show no progress."""
