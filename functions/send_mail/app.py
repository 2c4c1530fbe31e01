"""Sends the mails that wait; invoked by a schedule, and by functions that have queued some."""

from typing import Any

from tenantry.identity.mail import queue, sending
from tenantry.registry import issuer
from tenantry.runtime.observability import MetricUnit, event_handler, metrics

from aws_lambda_powertools.utilities.typing import LambdaContext


@event_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Send what is waiting, and tell how long the oldest mail had to wait.

    Raises
    ------
    ServiceUnavailable
        The database belongs to another issuer, whose mails these are.
    RuntimeError
        Some were not sent; the schedule comes back to them.
    """
    issuer.check()
    metrics.add_metric("MailAge", MetricUnit.Seconds, sending.age_seconds())
    if not queue.is_configured():
        return
    outcome = sending.send_waiting()
    metrics.add_metric("MailsSent", MetricUnit.Count, outcome.sent)
    metrics.add_metric("MailsRefused", MetricUnit.Count, outcome.refused)
    metrics.add_metric("MailsExpired", MetricUnit.Count, outcome.expired)
    if outcome.failed:
        raise RuntimeError(f"{outcome.failed} mails were not sent")
