"""Each function completes what was interrupted as the user that it should be."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from tests.integration.roles.users import ServiceOfUsers, Users
from tests.support.databases import Databases
from tests.support.intents import collection_done, intend_deletion, intend_rename, only_intent
from tests.support.owners import Owner, sign_up

CRASHES = pytest.mark.parametrize("crash", [only_intent, collection_done])
INTENDED = pytest.mark.parametrize("intend", [partial(intend_rename, name="Beta"), intend_deletion])


@CRASHES
@pytest.mark.parametrize(
    "request_",
    [
        ("GET", "/documents", None),
        ("PUT", "/documents/one", {}),
        ("PATCH", "", {"name": "Gamma"}),
        ("DELETE", "", None),
    ],
)
def test_rename_that_was_interrupted_is_completed(
    service: ServiceOfUsers,
    databases: Databases,
    owner: Owner,
    crash: Callable[[Any], None],
    request_: tuple[str, str, Any],
) -> None:
    crash(intend_rename(owner.id, "Beta"))
    method, path, body = request_
    answer = service.request(
        method, owner.path + path, token=owner.token, body=None if body is None else json.dumps(body)
    )
    assert answer.status in (200, 201, 204), answer.text
    assert "org_alpha" not in databases.collections()


@pytest.mark.usefixtures("free_names")
@CRASHES
@INTENDED
def test_creation_completes_what_it_meets(
    owner: Owner, databases: Databases, crash: Callable[[Any], None], intend: Callable[[str], Any]
) -> None:
    crash(intend(owner.id))
    sign_up(owner.service, "Alpha", email="heir@example.com")
    databases.check_invariants()


@CRASHES
@INTENDED
def test_reconcile(
    users: Users,
    owner: Owner,
    databases: Databases,
    *,
    crash: Callable[[Any], None],
    intend: Callable[[str], Any],
) -> None:
    crash(intend(owner.id))
    long_ago = {"$set": {"intent.created_at": datetime(2000, 1, 1, tzinfo=UTC)}}
    databases.master["organizations"].update_one({}, long_ago)
    users.invoke("reconcile", {})
    databases.check_invariants()


@CRASHES
def test_data_of_an_organization_that_is_being_deleted_are_out_of_reach(
    service: ServiceOfUsers, databases: Databases, owner: Owner, crash: Callable[[Any], None]
) -> None:
    crash(intend_deletion(owner.id))
    before = databases.fingerprint()
    for method, path in (("GET", "/documents"), ("DELETE", "/documents/one"), ("GET", "/indexes")):
        answer = service.request(method, owner.path + path, token=owner.token)
        assert (answer.status, answer.code) == (404, "organization-not-found")
    assert databases.fingerprint() == before
    assert service.delete(owner.path, token=owner.token).status == 204
    databases.check_invariants()
