"""Callers that are logged in; their requests go straight to the functions' handlers in this process."""

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from http import HTTPStatus
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from tenantry.identity import accounts, members, sessions, tokens
from tenantry.identity.keys import public_keys
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.registry import schema
from tenantry.runtime.observability import logger, metrics
from tests.support.proxy_events import proxy_event
from tests.support.routes import route_of
from tests.support.service import LambdaContext, handler


class Caller(NamedTuple):
    """An owner who is logged in."""

    organization_id: str
    email: str
    headers: dict[str, str]


def log_in(email: str, key: SigningKey) -> Caller:
    """Log the owner of one organization in, without the cost of verifying a password."""
    account = accounts.find_by_email(email)
    assert account is not None, "the population is there"  # noqa: S101
    (owner,) = members.memberships(account["_id"])
    session = sessions.start(account, owner).session
    token = tokens.issue(
        key,
        session_id=session["_id"],
        account_id=owner.account_id,
        organization=tokens.InOrganization(owner.organization_id, owner.organization["slug"], owner.role),
        epoch=account["auth_epoch"],
        authenticated_at=session["authenticated_at"],
    )
    return Caller(owner.organization_id, email, {"Authorization": f"Bearer {token}"})


class RefusedError(Exception):
    """A request did not succeed."""


def request(method: str, path: str, headers: Mapping[str, str], body: Any = None) -> None:
    """Send a request to its function's handler.

    Raises
    ------
    RefusedError
        The request did not succeed, so the time it took means nothing.
    """
    fields = dict(headers) if body is None else {**headers, "Content-Type": "application/json"}
    event = proxy_event(method, path, fields, None if body is None else json.dumps(body))
    _, function, _ = route_of(method, path)
    with redirect_stdout(StringIO()):  # where the metrics go
        answer = handler(function)(event, LambdaContext(function))
    if answer["statusCode"] >= HTTPStatus.MULTIPLE_CHOICES:
        raise RefusedError(answer["body"])


def publish(key: SigningKey) -> None:
    """Publish a key, so that environments on this server accept the tokens that it signs."""
    schema.ensure_schema()
    public_keys.publish(key.public_jwk)


@contextmanager
def quiet() -> Iterator[None]:
    """Let functions log and count as on Lambda for the length of a ``with`` block, but to nowhere."""
    metrics.namespace = "Tenantry"
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # where the metrics go
        handlers = [handler for handler in logger.handlers if isinstance(handler, logging.StreamHandler)]
        streams = [handler.setStream(nowhere) for handler in handlers]
        try:
            yield
        finally:
            for handler, stream in zip(handlers, streams, strict=True):
                handler.setStream(stream)
