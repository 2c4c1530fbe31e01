"""Measures how much organizations store; invoked by a schedule."""

from typing import Any

from tenantry.registry import issuer
from tenantry.runtime.observability import MetricUnit, event_handler, metrics
from tenantry.storage import measuring

from aws_lambda_powertools.utilities.typing import LambdaContext


@event_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Measure the organizations that are due, which each is once a day.

    Raises
    ------
    ServiceUnavailable
        The database belongs to another issuer.
    RuntimeError
        Some could not be measured; the schedule comes back to them in an hour.
    """
    issuer.check()
    outcome = measuring.measure_due()
    metrics.add_metric("OrganizationsMeasured", MetricUnit.Count, outcome.measured)
    if outcome.failed:
        raise RuntimeError(f"{outcome.failed} organizations could not be measured")
