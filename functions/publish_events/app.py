"""Sends the audit record to EventBridge; invoked by a schedule."""

from typing import Any

from tenantry.audit import outbox
from tenantry.registry import issuer
from tenantry.runtime.observability import MetricUnit, event_handler, metrics

from aws_lambda_powertools.utilities.typing import LambdaContext


@event_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Send what is waiting, and tell how long the oldest record had to wait.

    Raises
    ------
    ServiceUnavailable
        The database belongs to another issuer, whose events these are.
    RuntimeError
        EventBridge refused some; the schedule comes back to them.
    """
    issuer.check()
    metrics.add_metric("OutboxAge", MetricUnit.Seconds, outbox.age_seconds())
    outcome = outbox.publish()
    metrics.add_metric("EventsPublished", MetricUnit.Count, outcome.published)
    if outcome.refused:
        raise RuntimeError(f"EventBridge refused {outcome.refused} events")
