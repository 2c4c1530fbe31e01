"""The Idempotency-Key field of requests that create something."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Chosen by the client for one request; a repetition with it creates nothing more",
    ),
]
