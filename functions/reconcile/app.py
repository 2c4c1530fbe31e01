"""Completes renames and deletions that were left unfinished; invoked by a schedule."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from tenantry import placement, reconciliation
from tenantry.observability import MetricUnit, logger, metrics

# Older than any request can be: a function ends after 15 s.
OLDER_THAN = timedelta(seconds=30)


@metrics.log_metrics(capture_cold_start_metric=True)
@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Settle every intent that is older than any request can be.

    Raises
    ------
    RuntimeError
        Some could not be settled; the schedule comes back to them.
    """
    outcome = reconciliation.reconcile(OLDER_THAN)
    metrics.add_metric("IntentsSettled", MetricUnit.Count, len(outcome.settled))
    metrics.add_metric("IntentsFailed", MetricUnit.Count, len(outcome.failed))
    metrics.add_metric("NamespacesUsed", MetricUnit.Percent, placement.percent_used())
    if outcome.failed:
        raise RuntimeError(f"{len(outcome.failed)} intents could not be settled")
