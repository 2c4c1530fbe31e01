"""Rotates the key that signs access tokens; invoked by Secrets Manager."""

from tenantry import rotation
from tenantry.observability import logger, metrics

from aws_lambda_powertools.utilities.typing import LambdaContext


@metrics.log_metrics(capture_cold_start_metric=True)
@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: rotation.RotationEvent, context: LambdaContext) -> None:
    """Do the step that Secrets Manager asks for."""
    rotation.rotate(event)
