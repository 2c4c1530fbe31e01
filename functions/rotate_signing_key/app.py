"""Rotates the key that signs access tokens; invoked by Secrets Manager."""

from tenantry.identity.keys import rotation
from tenantry.runtime.observability import event_handler

from aws_lambda_powertools.utilities.typing import LambdaContext


@event_handler
def lambda_handler(event: rotation.RotationEvent, context: LambdaContext) -> None:
    """Do the step that Secrets Manager asks for."""
    rotation.rotate(event)
