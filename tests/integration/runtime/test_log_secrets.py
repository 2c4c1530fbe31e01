"""Whatever level the logs have, they hold no password, token, key or document: canaries in all of them."""

import io
import json
import logging
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tenantry.runtime.observability import logger
from tests.support import library
from tests.support.databases import Databases, failing
from tests.support.mailbox import Mailbox
from tests.support.owners import Owner, email_of
from tests.support.rotation import SigningKeySecret

UNAUTHORIZED = 13
SHORTEST_SECRET = 16  # `Bearer` and the like are no secrets


@pytest.fixture
def written(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], log: io.StringIO
) -> Iterator[Callable[[], str]]:
    """What is written with all loggers at DEBUG: the functions', and those of all that they use."""
    caplog.set_level(logging.DEBUG)
    level = logger.log_level
    logger.setLevel(logging.DEBUG)
    yield lambda: "".join([log.getvalue(), caplog.text, *capsys.readouterr()])
    logger.setLevel(level)


def canary(name: str) -> str:
    return f"{name} {secrets.token_hex(8)} canary"


def sign_up_and_go_on(owner: Owner) -> list[Any]:
    """Do what has to do with passwords and tokens, and return these."""
    service, email = owner.service, email_of("Canary")
    password, wrong, chosen = (canary(name) for name in ("password", "wrong", "chosen"))
    made = {"name": "Canary", "email": email, "password": password}
    assert service.post("/organizations", made).status == 201
    session = service.post("/login", {"email": email, "password": password}).json
    assert service.post("/login", {"email": email, "password": wrong}).status == 401
    refreshed = service.post("/login/refresh", {"refresh_token": session["refresh_token"]}).json
    change = {"current_password": wrong, "new_password": chosen}
    assert service.put("/account/password", change, token=refreshed["access_token"]).status == 401
    return [password, wrong, chosen, *session.values(), *refreshed.values(), owner.token]


def forget_password(owner: Owner, mailbox: Mailbox) -> list[str]:
    """Reset the password, and return what opens the account."""
    chosen = canary("chosen")
    assert owner.service.post("/account/password-reset", {"email": owner.email}).status == 202
    token = mailbox.token(owner.email)
    path = "/account/password-reset/complete"
    statuses = [
        owner.service.post(path, {"token": token, "new_password": password}).status
        for password in ("passwordpassword", chosen, chosen)
    ]
    assert statuses == [422, 204, 404]
    return [chosen, token]


def write_and_fail(owner: Owner, databases: Databases) -> str:
    """Do what documents get into messages by, and return the text that they hold."""
    text, path = canary("text"), f"{owner.path}/documents"
    document = {"_id": text, "text": text}
    assert owner.service.post(path, document, token=owner.token).status == 201
    assert owner.service.post(path, document, token=owner.token).status == 409
    assert owner.service.get(f'{path}?filter={{"text": "{text}"}}', token=owner.token).status == 200
    with failing(databases.client, "insert", "find", errorCode=UNAUTHORIZED):
        assert owner.service.post(path, document, token=owner.token).status == 503
    return text


def test_no_secret_and_no_document_is_logged_at_debug(
    owner: Owner,
    signing_key: SigningKeySecret,
    databases: Databases,
    mailbox: Mailbox,
    written: Callable[[], str],
) -> None:
    logging.getLogger("asyncio").debug("DEBUG is on")
    with library.fresh_process():
        planted = [*sign_up_and_go_on(owner), write_and_fail(owner, databases)]
        planted += forget_password(owner, mailbox)
        signing_key.rotate()
    logged = written()
    assert "DEBUG is on" in logged
    assert "Service unavailable" in logged
    planted.append(json.loads(signing_key.current)["private_key"]["d"])
    planted = [secret for secret in planted if len(str(secret)) > SHORTEST_SECRET]
    assert len(planted) > 10
    assert [secret for secret in planted if str(secret) in logged] == []
