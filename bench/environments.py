"""Processes that use the library on one server, each like an execution environment of Lambda."""

import logging
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Any, Final, Self

import boto3
from moto import mock_aws

from tenantry.identity.keys.signing_key import SigningKey
from tenantry.runtime.observability import logger, metrics

AWS_ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class Environment:
    """A process of its own; functions of a module run in it, one after the other.

    Parameters
    ----------
    uri : str
        Connection string of its server.
    key : SigningKey
        Signs the tokens of its logins; has to be published on the server.
    variables : mapping
        Further environment variables.
    """

    def __init__(self, uri: str, key: SigningKey, variables: Mapping[str, str] | None = None) -> None:
        limits = ("CHANGES_PER_HOUR", "SIGN_UPS_PER_HOUR", "ORGANIZATIONS_PER_ACCOUNT")
        unlimited = dict.fromkeys(limits, "1000000000")
        environment = {"MONGODB_URI": uri, **unlimited, **AWS_ENVIRONMENT, **(variables or {})}
        self._process = ProcessPoolExecutor(1, get_context("spawn"), _prepare, (environment, key.to_json()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process after the work that it has begun."""
        self._process.shutdown()

    def begin[Result](self, work: Callable[..., Result], *arguments: Any) -> "Future[Result]":
        """Let the process do something; other environments may work meanwhile."""
        return self._process.submit(work, *arguments)

    def run[Result](self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Let the process do something and wait for the result."""
        return self.begin(work, *arguments).result()


def _prepare(environment: dict[str, str], key: str) -> None:
    os.environ |= environment
    logger.setLevel(logging.WARNING)
    metrics.namespace = "Tenantry"
    mock_aws().start()
    secret = boto3.client("secretsmanager").create_secret(Name="signing-key", SecretString=key)
    os.environ["SIGNING_KEY_SECRET_ARN"] = secret["ARN"]
