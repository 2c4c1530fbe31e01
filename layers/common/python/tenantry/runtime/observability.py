"""Structured logs and metrics of every function, through Powertools."""

import logging
import traceback
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Final, cast

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pymongo.errors import OperationFailure

__all__ = [
    "MetricUnit",
    "count",
    "event_handler",
    "log_failure",
    "logger",
    "metrics",
    "single_metric",
    "watches_failures",
]

logger: Final = Logger()
metrics: Final = Metrics()

# At DEBUG they log commands with their documents, what Secrets Manager answers, and the fields of requests.
for _talkative in ("pymongo", "botocore", "aws_lambda_powertools"):
    logging.getLogger(_talkative).setLevel(logging.WARNING)

# Errors whose messages name hosts, ARNs and reasons, and no data.
_PLAIN: Final = (
    "tenantry.errors",
    "tenantry.identity.mail.ses",
    "tenantry.lifecycle.moves.errors",
    "tenantry.lifecycle.rollouts.errors",
    "pymongo.errors",
    "botocore.",
)


_watches: Final[list[Callable[[BaseException], None]]] = []

EventHandler = Callable[[Any, LambdaContext], Any]


def count(name: str) -> None:
    """Count one event in the function's metrics (CloudWatch embedded metric format)."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)


def watches_failures(watch: Callable[[BaseException], None]) -> Callable[[BaseException], None]:
    """Let a function see every error that is logged as a failure; a decorator."""
    _watches.append(watch)
    return watch


def event_handler(handle: EventHandler) -> EventHandler:
    """Make the Lambda handler of a function that no HTTP request invokes; a decorator.

    It logs and counts as Powertools does, and logs an error that ends the invocation.
    """

    @metrics.log_metrics(capture_cold_start_metric=True)
    @logger.inject_lambda_context(clear_state=True)
    @wraps(handle)
    def handler(event: Any, context: LambdaContext) -> Any:
        try:
            return handle(event, context)
        except Exception as error:
            log_failure("The invocation failed", error)
            raise

    return cast("EventHandler", handler)


def log_failure(message: str, error: BaseException, **fields: Any) -> None:
    """Log an error and all that it followed from: where each was raised, but no message that may quote data.

    A server's refusal quotes documents and queries, what cannot be encoded is quoted whole, and Python's own
    errors quote values.

    Parameters
    ----------
    message : str
        What failed.
    error : BaseException
        Why.
    **fields
        Further fields of the line.
    """
    if isinstance(error, OperationFailure):
        fields |= {"code": error.code, "code_name": (error.details or {}).get("codeName")}
    logger.error(message, exception_name=type(error).__name__, traceback="".join(_lines_of(error)), **fields)
    for watch in _watches:
        watch(error)


def _lines_of(error: BaseException) -> Iterator[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _lines_of(earlier)
    yield from traceback.format_tb(error.__traceback__)
    is_plain = type(error).__module__.startswith(_PLAIN) and not isinstance(error, OperationFailure)
    yield f"{type(error).__name__}: {error}\n" if is_plain else f"{type(error).__name__}\n"
