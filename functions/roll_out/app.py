"""Works on roll-outs, on a schedule: goes on with those that nobody is at, to be done or undone."""

from typing import Any

from tenantry.lifecycle.rollouts import requests
from tenantry.registry import issuer
from tenantry.runtime.observability import event_handler

from aws_lambda_powertools.utilities.typing import LambdaContext

LEFT_TO_STOP_MS = 330_000  # longer than one organization may take


@event_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Go on with all roll-outs that nobody is at, as far as time allows; the next run does the rest.

    Raises
    ------
    ServiceUnavailable
        The database belongs to another issuer.
    RuntimeError
        A roll-out has failed in an organization, or does not go on; its status says where and why.
    """
    issuer.check()
    failed = requests.continue_all(lambda: context.get_remaining_time_in_millis() > LEFT_TO_STOP_MS)
    if failed:
        raise RuntimeError(f"{len(failed)} roll-outs have failed in organizations, or do not go on")
