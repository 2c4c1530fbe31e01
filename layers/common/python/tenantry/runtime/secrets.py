"""Secrets Manager, through its Lambda extension where that is attached, else through boto3.

boto3 is loaded only when it reads or writes a secret.
"""

import json
import os
import time
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from tenantry.errors import ServiceUnavailable
from tenantry.runtime import process

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

if process.IS_SNAPSHOT_TAKEN:
    import boto3  # noqa: F401 - so that restored environments need not

CACHE_SECONDS: Final = 300
EXTENSION_TIMEOUT_SECONDS: Final = 3

_copies: Final[dict[str, tuple[str, float]]] = {}  # what was read, and when


@process.forgettable
@cache
def client() -> "SecretsManagerClient":
    """Return the process's Secrets Manager client; a call fails within seconds rather than hang."""
    import boto3  # noqa: PLC0415 - a quarter of a second that most functions need not pay
    from botocore.config import Config  # noqa: PLC0415

    return boto3.Session().client(  # of a session of its own: the shared one keeps credentials in a snapshot
        "secretsmanager",
        config=Config(
            connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2}
        ),
    )


def read_secret(arn: str, *, max_age: float = CACHE_SECONDS) -> str:
    """Return the string of a secret as it is now, or was a short while ago.

    Parameters
    ----------
    arn : str
        The secret's ARN or name.
    max_age : float
        How many seconds ago it may have been read; 0 asks Secrets Manager even if a copy is at hand.

    Raises
    ------
    ServiceUnavailable
        The secret could not be read; the cause says why.
    """
    value, read_at = _copies.get(arn, ("", 0.0))
    if time.time() - read_at >= max_age:
        value = _ask_extension(arn) or _ask_service(arn)
        _copies[arn] = value, time.time()
    return value


@process.forgets
def _forget() -> None:
    _copies.clear()


def _ask_extension(arn: str) -> str | None:
    """Ask the Parameters and Secrets Lambda Extension; return None if it is not attached or cannot tell.

    It caches nothing here (the template says so), so that this module alone decides how old a copy may be.
    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html
    """
    port = os.environ.get("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT")
    if not port:
        return None
    # nosemgrep: client-of-any-address - the extension is on this host
    import http.client  # noqa: PLC0415 - with the modules for e-mail that it is made of

    connection = http.client.HTTPConnection("localhost", int(port), timeout=EXTENSION_TIMEOUT_SECONDS)
    query = urlencode({"secretId": arn, "versionStage": "AWSCURRENT"})
    token = os.environ.get("AWS_SESSION_TOKEN", "")
    try:
        connection.request(
            "GET", f"/secretsmanager/get?{query}", headers={"X-Aws-Parameters-Secrets-Token": token}
        )
        secret: str = json.load(connection.getresponse())["SecretString"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None  # boto3 finds out why
    finally:
        connection.close()
    return secret


def _ask_service(arn: str) -> str:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - loads botocore

    try:
        return client().get_secret_value(SecretId=arn, VersionStage="AWSCURRENT")["SecretString"]
    except (BotoCoreError, ClientError, KeyError) as error:
        raise ServiceUnavailable from error
