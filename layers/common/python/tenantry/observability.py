"""Structured logs and metrics of every function, through Powertools."""

from typing import Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

__all__ = ["MetricUnit", "count", "logger", "metrics"]

logger: Final = Logger()
metrics: Final = Metrics()


def count(name: str) -> None:
    """Count one event in the function's metrics (CloudWatch embedded metric format)."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
