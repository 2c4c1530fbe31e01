"""Completes what others left unfinished: creations, renames, deletions, changes of indexes; on a schedule."""

from datetime import timedelta
from typing import Any

from tenantry.lifecycle import reconciling
from tenantry.registry import issuer
from tenantry.runtime.observability import MetricUnit, event_handler, metrics, single_metric
from tenantry.storage import policy

from aws_lambda_powertools.utilities.typing import LambdaContext

# Older than any request can be: a function ends after 15 s.
OLDER_THAN = timedelta(seconds=30)


@event_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Complete what is older than any request can be, and tell how full the clusters are.

    That is an organization's intent (creation, rename, deletion), the erasure of what a deleted one has left
    in a pool, or a change of indexes, which are counted again.

    Raises
    ------
    ServiceUnavailable
        The database belongs to another issuer.
    RuntimeError
        Some could not be completed; the schedule comes back to them.
    """
    issuer.check()
    outcome = reconciling.reconcile(OLDER_THAN)
    metrics.add_metric("IntentsSettled", MetricUnit.Count, len(outcome.settled))
    metrics.add_metric("IntentsFailed", MetricUnit.Count, len(outcome.failed))
    together, by_cluster = policy.percent_used()
    metrics.add_metric("NamespacesUsed", MetricUnit.Percent, together)
    for cluster, percent in by_cluster.items():
        with single_metric("NamespacesUsed", MetricUnit.Percent, percent) as metric:
            metric.add_dimension("cluster", cluster)
    if outcome.failed:
        raise RuntimeError(f"{len(outcome.failed)} intents could not be settled")
