"""A rename or deletion that somebody else completes is recorded once, as of who decided it."""

from collections.abc import Callable
from functools import partial

import pytest

from tenantry.lifecycle.intents.settling import settle
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.runtime import request_context
from tenantry.runtime.request_context import Actor
from tests.integration.audit.records import actions, recorded
from tests.support.concurrency import at_once
from tests.support.databases import Databases, Document
from tests.support.intents import (
    Crash,
    collection_done,
    complete,
    intend_deletion,
    intend_rename,
    only_intent,
    stored,
)
from tests.support.owners import Owner

CRASHES = pytest.mark.parametrize("crash", [only_intent, collection_done])
INTENDED = pytest.mark.parametrize(
    ("intend", "action"),
    [
        (partial(intend_rename, name="Beta"), "organization.renamed"),
        (intend_deletion, "organization.deleted"),
    ],
)
Intend = Callable[[str], OrganizationDocument]


def decide(intend: Intend, owner: Owner) -> OrganizationDocument:
    """Decide it in a request that then dies."""
    with request_context.answering("request-1", "198.51.100.9"):
        request_context.set_actor(Actor("account", "acct_1"))
        return intend(owner.id)


@CRASHES
@INTENDED
def test_one_of_those_who_complete_it_records_who_decided_it(
    owner: Owner, databases: Databases, crash: Crash, intend: Intend, action: str
) -> None:
    before = actions(databases)
    intended = decide(intend, owner)
    crash(intended)
    assert actions(databases) == before
    # As if each had the lease, or had lost it meanwhile.
    at_once([partial(complete, intended)] * 4)
    settle(intended)
    recorded_since = recorded(databases)[len(before) :]
    erased = ["organization.erased"] if action == "organization.deleted" else []
    assert sorted(record["action"] for record in recorded_since) == [action, *erased]
    for record in recorded_since:
        check_decided(record, owner)


def check_decided(record: Document, owner: Owner) -> None:
    assert record["actor"] == {"type": "account", "id": "acct_1"}
    assert (record["request_id"], record["source_address"]) == ("request-1", "198.51.100.9")
    assert record["organization_ids"] == [owner.id]


def test_a_rename_that_is_withdrawn_is_not_recorded(owner: Owner, databases: Databases) -> None:
    before = actions(databases)
    databases.tenants.create_collection("org_beta")
    answer = owner.service.patch(owner.path, {"name": "Beta"}, token=owner.token)
    assert (answer.status, answer.code) == (409, "organization-exists")
    assert stored(owner.id)["state"] == "active"
    assert actions(databases) == before
