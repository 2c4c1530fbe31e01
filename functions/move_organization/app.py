"""Moves an organization for its operator; a schedule goes on with moves that nobody is at."""

from typing import Any

from tenantry.lifecycle.moves import requests
from tenantry.registry import issuer
from tenantry.runtime.observability import event_handler

from aws_lambda_powertools.utilities.typing import LambdaContext

LEFT_TO_STOP_MS = 10_000  # longer than a batch may take


@event_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any] | None:
    """Move an organization, give up its move, or go on with all moves that nobody is at.

    Parameters
    ----------
    event : dict
        ``{"organization": slug or id, "to": "CLUSTER" or "CLUSTER/pooled"}``,
        ``{"organization": slug or id, "cancel": true}``, or the event of the schedule.

    Returns
    -------
    dict or None
        ``state`` is done, or unfinished if the time was too short; the schedule goes on with it then, which
        gets no answer.

    Raises
    ------
    MoveError, TenantryError
        It cannot be done, or not now, or the database belongs to another issuer.
    RuntimeError
        The schedule met moves whose target cannot hold the organization; nothing is left of them.
    """
    issuer.check()
    requests.measure()

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > LEFT_TO_STOP_MS

    if "organization" in event:
        return requests.handle(event, has_time)
    given_up = requests.continue_all(has_time)
    if given_up:
        raise RuntimeError(f"{len(given_up)} moves were given up")
    return None
