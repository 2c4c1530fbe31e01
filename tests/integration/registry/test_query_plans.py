"""Queries on the master database look at what they are about, however many organizations there are."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli import connection
from tenantry.audit import outbox, pages
from tenantry.identity import links
from tenantry.identity.mail import sending
from tenantry.lifecycle import suspending
from tenantry.lifecycle.receipts import pages as receipt_pages
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry import rates, schema
from tenantry.runtime import moments
from tests.integration.audit.records import of_operator
from tests.integration.tenants.isolation.routes import SAMPLES
from tests.integration.tenants.isolation.tenants import create_tenant
from tests.support import library, plans
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases, Document
from tests.support.intents import collection_done, intend_deletion, intend_rename
from tests.support.mailbox import Mailbox
from tests.support.owners import PASSWORD
from tests.support.recorder import Recorder, recording
from tests.support.rotation import SigningKeySecret
from tests.support.service import Service

FILLED = 300  # documents in each collection
EXAMINED = 30  # index entries or documents: a page and what belongs to one organization
SMALL_COLLECTIONS = {"signing_keys", "clusters", "restorations", "rollouts"}  # which requests read whole
WHOLE_READS = {
    ("organizations", "{}"),  # `verify` checks all of them
    ("members", "{}"),
    ("accounts", "{}"),
    ("usage", "{}"),
    ("organizations", "{'collection': {'$type': 'string'}}"),  # and pages of collections end at some of these
    ("organizations", "{'move': {'$ne': None}}"),  # and has to find those that wait for a move that is over
    *((name, "None") for name in ("organizations", "erasures", "restorations")),  # and sums them up
    ("clusters", "{}"),
    ("rollouts", "{}"),  # those that there have been
    ("organizations", "{'rollouts.0': {'$exists': True}, 'state': 'active'}"),  # and who has some
    ("restorations", "{'cluster': 'main', 'is_ended': True}"),  # there is one for each running restore
}


def test_requests_examine_what_they_are_about(
    databases: Databases, signing_key: SigningKeySecret, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with recording(monkeypatch) as recorder:
        live(Service(), databases, signing_key)
        assert mailbox.send_waiting().sent > 0
        sending.age_seconds()
    queries = master_queries(recorder, databases)
    fill(databases)
    assert {query[next(iter(query))] for query in queries} >= set(schema.INDEXES)
    assert [query for query in queries if is_wasteful(databases, query)] == []


def live(service: Service, databases: Databases, signing_key: SigningKeySecret) -> None:
    """Use every route, and complete what was interrupted."""
    living = create_tenant(service, databases)
    for route, sample in SAMPLES.items():
        is_harmless = route.is_of_tenant and sample.status != 204
        tenant = living if is_harmless else create_tenant(service, databases)
        token = tenant.token if sample.needs_token else None
        path = route.path(tenant.id, tenant)
        answer = service.request(route.method, path, json_body=sample.body(tenant), token=token)
        assert answer.status == sample.status, (route, answer.text)
    again = create_tenant(service, databases)
    service.post("/login", {"email": again.email, "password": "wrong"})
    service.post(
        "/organizations",
        {"name": again.name, "email": again.email, "password": PASSWORD},
        headers={"Idempotency-Key": again.words.key},
    )
    suspending.suspend(again.slug)
    suspending.reactivate(again.id)
    reset_unproved(service)
    signing_key.rotate()
    collection_done(intend_rename(create_tenant(service, databases).id, "Interrupted"))
    collection_done(intend_deletion(create_tenant(service, databases).id))
    assert len(reconcile(timedelta()).settled) == 2
    for path in (
        "organizations?limit=10",
        "organizations?limit=10&suspended=true",
        f"organizations?limit=10&name_prefix={again.slug}&sort=name",
        f"organizations/{again.id}",
        f"addresses/owners?organization={again.id}",
        f"addresses/owned?address={again.email}",
    ):
        assert of_operator(service, "GET", f"/operator/{path}").status == 200
    for concerning in (again.id, None):
        pages.of_all(concerning, 10, None)
        receipt_pages.find(concerning, 10, None)
    outbox.age_seconds()
    rates.take([rates.Bucket(again.id, 1)])


def reset_unproved(service: Service) -> None:
    """Reset the password of an account whose address is not proved, by a link to the address."""
    email, address = "unproved@example.com", "Unproved@example.com"
    wanted = {"name": "Unproved", "email": address, "password": PASSWORD}
    assert service.post("/organizations", wanted).status == 201
    claims: links.Claims = {"email": email, "address": address}
    token = links.create("mail_1", "reset-password", claims, moments.now() + timedelta(minutes=1))
    reset = {"token": token, "new_password": "another horse battery staple"}
    assert service.post("/account/password-reset/complete", reset).status == 204


def test_explanation_tells_a_scan(databases: Databases) -> None:
    databases.master["accounts"].insert_many({"_id": number, "email": number} for number in range(FILLED))
    assert is_wasteful(databases, {"find": "accounts", "filter": {"no": "index"}})
    assert is_wasteful(databases, {"find": "accounts", "filter": {"_id": {"$gte": 0}}})
    lookup = {"from": "accounts", "localField": "a", "foreignField": "no_index", "as": "b"}
    pipeline = [{"$match": {"_id": 1}}, {"$lookup": lookup}]
    assert is_wasteful(databases, {"aggregate": "accounts", "pipeline": pipeline, "cursor": {}})
    assert not is_wasteful(databases, {"find": "accounts", "filter": {"_id": 1}})


def test_command_line_reads_everything_only_where_it_checks_everything(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library.create("Google")
    library.create("Apple")
    archive = tmp_path / "google.archive"
    with recording(monkeypatch, connection) as recorder:
        tenantry_json("backup", "google", "-o", archive)
        tenantry_json("restore", archive, "--name", "Copy")
        intend_rename(library.create("Amazon").organization_id, "Amazonas")
        databases.tenants["restoring_1"].insert_one({})
        assert "restoring_1" in tenantry("reconcile").stdout
        tenantry_json("verify")
    queries = master_queries(recorder, databases)
    fill(databases)
    wasteful = [query for query in queries if is_wasteful(databases, query)]
    assert {(query[next(iter(query))], str(filter_of(query))) for query in wasteful} == WHOLE_READS


def master_queries(recorder: Recorder, databases: Databases) -> list[Document]:
    return [
        query
        for database, command in recorder.commands
        if database == databases.master.name
        for query in plans.queries_of(command)
    ]


def fill(databases: Databases) -> None:
    """Fill each collection with documents like one that is there."""
    for name in databases.master.list_collection_names(
        filter={"type": "collection", "name": {"$ne": "system.views"}}
    ):
        like = databases.master[name].find_one({}, sort=[("_id", 1)])
        if like is not None:
            databases.master[name].insert_many(variation(like, number) for number in range(FILLED))


def variation(value: Any, number: int) -> Any:
    """Return the like of a value, different in every text."""
    if isinstance(value, dict):
        return {field: variation(item, number) for field, item in value.items()}
    if isinstance(value, list):
        return [variation(item, number) for item in value]
    if isinstance(value, bytes):
        return value + number.to_bytes(2)
    return f"{value} {number}" if isinstance(value, str) else value


def is_wasteful(databases: Databases, query: Document) -> bool:
    explanation = plans.explain(databases, query)
    is_large = query[next(iter(query))] not in SMALL_COLLECTIONS
    return plans.has_scan(explanation) or (is_large and plans.examined(explanation) > EXAMINED)


def filter_of(query: Document) -> Any:
    (statement,) = query.get("deletes", [{"q": query.get("filter")}])
    return statement["q"]
