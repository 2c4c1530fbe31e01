"""Processes that use the library on one server, each as an execution environment of Lambda does."""

import json
import logging
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import redirect_stdout
from http import HTTPStatus
from io import StringIO
from multiprocessing import get_context
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import boto3
from moto import mock_aws

from tenantry import accounts, database, sessions, signing_keys, tokens
from tenantry.observability import logger, metrics
from tests.support.service import LambdaContext, handler, proxy_event, route_of

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
    key : tokens.SigningKey
        What its logins sign with; published on the server.
    variables : mapping
        Further environment variables.
    """

    def __init__(self, uri: str, key: tokens.SigningKey, variables: Mapping[str, str] | None = None) -> None:
        environment = {"MONGODB_URI": uri, **AWS_ENVIRONMENT, **(variables or {})}
        self._process = ProcessPoolExecutor(
            1, get_context("spawn"), _prepare, (environment, key.to_json())
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process once it has done what it has begun."""
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


class Caller(NamedTuple):
    """Somebody who is logged in."""

    organization_id: str
    email: str
    headers: dict[str, str]


def log_in(email: str, key: tokens.SigningKey) -> Caller:
    """Log the owner of one organization in, without the cost of verifying a password."""
    account = accounts.find_by_email(email)
    assert account is not None, "the population is there"  # noqa: S101
    (owner,) = accounts.memberships(account["_id"])
    token = tokens.issue(
        key,
        session_id=sessions.start(owner, account["auth_epoch"]).session["_id"],
        account_id=owner.account_id,
        organization_id=owner.organization_id,
        slug=owner.organization["slug"],
        epoch=account["auth_epoch"],
    )
    return Caller(owner.organization_id, email, {"Authorization": f"Bearer {token}"})


class RefusedError(Exception):
    """A request did not succeed."""


def request(method: str, path: str, headers: Mapping[str, str], body: Any = None) -> None:
    """Send a request to its function's handler.

    Raises
    ------
    RefusedError
        It did not succeed; what it took tells nothing.
    """
    fields = dict(headers) if body is None else {**headers, "Content-Type": "application/json"}
    event = proxy_event(method, path, fields, None if body is None else json.dumps(body))
    _, function, _ = route_of(method, path)
    with redirect_stdout(StringIO()):  # where the metrics go
        answer = handler(function)(event, LambdaContext(function))
    if answer["statusCode"] >= HTTPStatus.MULTIPLE_CHOICES:
        raise RefusedError(answer["body"])


def publish(key: tokens.SigningKey) -> None:
    """Let the server's environments accept what the key signs."""
    database.ensure_schema()
    signing_keys.publish(key.public_jwk)
