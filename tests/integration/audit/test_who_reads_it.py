"""An owner reads what concerns the own organization and no other; the operator reads everything."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantry.audit import pages, recording
from tenantry.http import audit
from tenantry.identity import accounts, members
from tenantry.identity.memberships import joining
from tenantry.registry.organizations import finding
from tenantry.runtime import moments, mongodb
from tests.integration.audit.records import ADDRESS, OPERATOR, of_operator, recorded
from tests.support import plans
from tests.support import recorder as recorders
from tests.support.colleagues import join_and_log_in
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.service import Service


def page(owner: Owner, query: str = "", token: str | None = None) -> Any:
    answer = owner.service.get(f"{owner.path}/audit{query}", token=token or owner.token)
    assert answer.status == 200, answer.text
    return answer.json


def operator_page(service: Service, query: str = "") -> Any:
    answer = of_operator(service, "GET", f"/operator/audit{query}")
    assert answer.status == 200, answer.text
    return answer.json


def test_owners_read_what_concerns_their_organization(service: Service) -> None:
    owner, neighbour = sign_up(service, "Alpha"), sign_up(service, "Beta")
    assert service.patch(neighbour.path, {"name": "Secret"}, token=neighbour.token).status == 200
    for email in (owner.email, neighbour.email):
        service.post("/login", {"email": email, "password": "wrong"})
    assert [record["action"] for record in page(owner)["records"]] == [
        "login.failed", "login.succeeded", "organization.created",
    ]  # fmt: skip
    for trace in (neighbour.id, "Secret", "secret", "beta"):
        assert trace not in json.dumps(page(owner))
    assert service.get(f"{neighbour.path}/audit", token=owner.token).code == "organization-not-found"


def test_what_an_account_does_concerns_all_its_organizations_and_names_none(service: Service) -> None:
    first = sign_up(service, "Alpha")
    second = service.post("/organizations", {"name": "Second"}, token=first.token).json["organization"]
    service.post("/login", {"email": first.email, "password": "wrong"})
    token = log_in(service, first.email, second["id"])
    records = service.get("/organizations/second/audit", token=token).json["records"]
    assert [record["action"] for record in records] == [
        "login.succeeded",
        "login.failed",
        "organization.created",
    ]
    assert page(first)["records"][0] == records[1]
    assert first.id not in json.dumps(records)
    assert second["id"] not in json.dumps(page(first))


def test_what_an_account_did_before_an_organization_was_created_is_not_of_the_organization(
    owner: Owner, service: Service
) -> None:
    service.post("/login", {"email": owner.email, "password": "wrong"})
    second = service.post("/organizations", {"name": "Second"}, token=owner.token).json["organization"]
    token = log_in(service, owner.email, second["id"])
    records = service.get("/organizations/second/audit", token=token).json["records"]
    assert [record["action"] for record in records] == ["login.succeeded", "organization.created"]
    assert [record["action"] for record in operator_page(service, "?organization=second")["records"]] == [
        "login.succeeded", "organization.created",
    ]  # fmt: skip


def test_what_members_do_with_their_accounts_concerns_an_organization_if_they_own_it(
    owner: Owner, service: Service
) -> None:
    editor = join_and_log_in(service, owner.id, "editor")
    admin = join_and_log_in(service, owner.id, "admin")
    for role, concerned in (("editor", False), ("owner", True), ("admin", False)):
        path = f"{owner.path}/members/{editor.member_id}"
        assert service.patch(path, {"role": role}, token=owner.token).status == 200
        service.post("/login", {"email": editor.email, "password": "wrong"})
        failed = [record for record in page(owner)["records"] if record["action"] == "login.failed"]
        assert bool(failed) == concerned
        assert page(owner, token=admin.token) == page(owner)


def test_what_an_owner_did_before_joining_is_not_of_the_organization(owner: Owner, service: Service) -> None:
    other = sign_up(service, "Beta")
    service.post("/login", {"email": other.email, "password": "wrong"})
    account = accounts.find_by_email(other.email)
    assert account is not None
    mongodb.run_transaction(lambda session: joining.add(owner.id, account["_id"], "owner", session))
    assert "login.failed" not in [record["action"] for record in page(owner)["records"]]
    service.post("/login", {"email": other.email, "password": "wrong"})
    assert [record["action"] for record in page(owner)["records"]].count("login.failed") == 1


def test_page_of_an_organization_examines_no_others_records(owner: Owner, databases: Databases) -> None:
    """On the first page and on later ones."""
    organization = finding.find(owner.id)
    assert organization is not None
    account = accounts.find_by_email(owner.email)
    assert account is not None
    filled = [
        {"at": moments.now() + timedelta(seconds=number), "organization_ids": ids, "details": {}} | of_account
        for number in range(1000)
        for ids, of_account in (
            ([owner.id if number % 50 == 0 else "org_1"], {}),
            ([], {"account_id": account["_id"] if number % 50 == 1 else "acct_1"}),
        )
    ]
    databases.master["audit"].insert_many(filled)
    databases.master["members"].insert_many(
        dict(members.create_document(owner.id, f"acct_owner_{number}", "owner")) for number in range(150)
    )
    with pytest.MonkeyPatch.context() as monkeypatch, recorders.recording(monkeypatch) as recorder:
        first = audit.find_page(organization, 10, None)
        second = audit.find_page(organization, 10, first.next_cursor)
    assert len({record["_id"] for page in (first, second) for record in page.documents}) == 20
    queries = [
        query
        for _, command in recorder.commands
        if command.get("aggregate") == "audit"
        for query in plans.queries_of(command)
    ]
    assert len(queries) == 2
    for query in queries:
        explanation = plans.explain(databases, query)
        assert not plans.has_scan(explanation)
        assert (
            plans.examined(explanation) <= 60
        )  # of 2,000, twenty each are the organization's and the account's


def test_owners_see_that_an_operator_acted_but_not_who(owner: Owner) -> None:
    suspension = f"/operator/organizations/{owner.id}/suspension"
    for method in ("PUT", "DELETE"):
        assert of_operator(owner.service, method, suspension).status == 204
    seen = page(owner, token=log_in(owner.service, owner.email))["records"][1]
    assert (seen["actor"], seen["source_address"]) == ({"type": "operator", "id": None}, None)
    seen = operator_page(owner.service, f"?organization={owner.id}")["records"][1]
    assert (seen["actor"], seen["source_address"]) == ({"type": "operator", "id": OPERATOR}, ADDRESS)


@pytest.mark.usefixtures("free_names")
def test_records_survive_their_organization_and_stay_from_its_heir(owner: Owner) -> None:
    assert owner.service.delete(owner.path, token=owner.token).status == 204
    heir = sign_up(owner.service, "Alpha", email="heir@example.com")
    assert [record["action"] for record in page(heir)["records"]] == [
        "login.succeeded",
        "organization.created",
    ]
    assert owner.id not in json.dumps(page(heir))
    of_deleted = operator_page(owner.service, f"?organization={owner.id}")["records"]
    assert {record["action"] for record in of_deleted[:2]} == {"organization.deleted", "organization.erased"}
    assert [record["action"] for record in of_deleted[2:]] == ["login.succeeded", "organization.created"]
    by_slug = operator_page(owner.service, "?organization=alpha")["records"]
    assert {tuple(record["organization_ids"]) for record in by_slug} == {(heir.id,)}


def test_operators_read_what_concerns_no_organization(service: Service, databases: Databases) -> None:
    sign_up(service, "Alpha")
    service.post("/login", {"email": "nobody@example.com", "password": PASSWORD})
    shown = operator_page(service)["records"]
    assert [record["id"] for record in shown] == [record["_id"] for record in recorded(databases)][::-1]
    assert {record["action"] for record in shown} >= {"signing_key.published", "login.failed"}
    assert operator_page(service, "?organization=unknown") == {"records": [], "next_cursor": None}


def test_nobody_but_an_operator_reads_everything(owner: Owner) -> None:
    for token in (None, owner.token):
        answer = owner.service.get(f"/operator/audit?organization={owner.slug}", token=token)
        assert (answer.status, answer.code) == (403, "operator-required")


def test_wrong_parameters_are_refused(owner: Owner) -> None:
    foreign_cursor = page(sign_up(owner.service, "Beta"), "?limit=1")["next_cursor"]
    wrong = (
        "limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "cursor=x", "organisation=a", "organization=a",
        f"cursor={foreign_cursor}",
    )  # fmt: skip
    for query in wrong:
        answer = owner.service.get(f"{owner.path}/audit?{query}", token=owner.token)
        assert (answer.status, answer.code) == (422, "invalid-fields"), query


def test_pages_hold_each_record_once_whatever_is_added_meanwhile(databases: Databases) -> None:
    for number in range(30):
        recording.record_alone("login.failed", ["org_1"] if number % 3 else ["org_1", "org_2"], {"n": number})
    newest_first = [
        record["_id"]
        for record in sorted(recorded(databases), key=lambda record: (record["at"], record["_id"]))
    ][::-1]

    @settings(max_examples=10, deadline=None, database=None)
    @given(limit=st.integers(1, 40))
    def check(limit: int) -> None:
        read: list[str] = []
        cursor = None
        while cursor or not read:
            page = pages.of_all("org_1", limit, cursor)
            read += [record["_id"] for record in page.documents]
            cursor = page.next_cursor
            recording.record_alone("login.failed", ["org_1"], {"n": "later"})
        assert read[read.index(newest_first[0]) :] == newest_first
        assert len(set(read)) == len(read)

    check()
    second = pages.of_all("org_2", 100, None)
    assert [record["details"]["n"] for record in second.documents] == list(range(27, -1, -3))
