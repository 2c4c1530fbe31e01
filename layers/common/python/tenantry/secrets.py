"""Secrets Manager; loads boto3 only when a secret is read or written."""

from functools import cache
from typing import TYPE_CHECKING, Final

from tenantry.errors import ServiceUnavailable

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider
    from mypy_boto3_secretsmanager import SecretsManagerClient

CACHE_SECONDS: Final = 300


@cache
def client() -> "SecretsManagerClient":
    """Return the process's Secrets Manager client; a call fails within seconds rather than hang."""
    import boto3  # noqa: PLC0415 - a quarter of a second that most functions need not pay
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client(
        "secretsmanager",
        config=Config(
            connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2}
        ),
    )


@cache
def _provider() -> "SecretsProvider":
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # noqa: PLC0415 - loads boto3

    return SecretsProvider(boto3_client=client())


def read_secret(arn: str, *, refresh: bool = False) -> str:
    """Return the current string of a secret, at most five minutes old.

    Parameters
    ----------
    arn : str
        The secret's ARN or name.
    refresh : bool
        Ask Secrets Manager even if a copy is at hand.

    Raises
    ------
    ServiceUnavailable
        The secret could not be read; the cause says why.
    """
    from aws_lambda_powertools.utilities.parameters import GetParameterError  # noqa: PLC0415 - loads boto3

    try:
        return str(
            _provider().get(arn, max_age=CACHE_SECONDS, force_fetch=refresh, VersionStage="AWSCURRENT")
        )
    except GetParameterError as error:
        raise ServiceUnavailable from error
