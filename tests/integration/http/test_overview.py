"""Organizations as the operator sees them over HTTP, and addresses of their owners."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tenantry.registry.organizations import index_scan
from tests.integration import kinds
from tests.integration.audit.records import actions, of_operator
from tests.support import library
from tests.support.databases import Databases, failing
from tests.support.owners import email_of, log_in, sign_up
from tests.support.service import Answer, Service


def listed(service: Service, path: str = "/operator/organizations", **query: Any) -> Any:
    answer = of_operator(service, "GET", f"{path}?{urlencode(query)}")
    assert answer.status == 200, answer.text
    return answer.json


def overview(service: Service, organization: str) -> Answer:
    return of_operator(service, "GET", f"/operator/organizations/{organization}")


def test_pages_are_walked_with_their_cursors(
    service: Service, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_scan, "EXAMINED_AT_ONCE", 2)
    for number in range(5):
        library.create(f"Name {number}")
    found, lengths, cursor = [], [], ""
    while cursor is not None:
        page = listed(service, limit=2, plan="default", sort="name", **({"cursor": cursor} if cursor else {}))
        found += [each["name"] for each in page["organizations"]]
        lengths.append(len(page["organizations"]))
        cursor = page["next_cursor"]
    assert found == [f"Name {number}" for number in range(5)]
    assert max(lengths) == 2
    (summary,) = listed(service, slug_prefix="name-3", suspended="false")["organizations"]
    assert (summary["kind"], summary["cluster"], summary["plan"], summary["intent"]) == (
        "collection",
        "main",
        "default",
        False,
    )


@pytest.mark.parametrize(
    "query",
    [
        "owner=x",
        "state=gone",
        "sort=-size",
        "limit=0",
        "limit=1001",
        "cursor=x",
        "created_since=yesterday",
        "created_since=2026-01-31T00:00:00",
        "created_since=0.5",
        "created_before=1767225600",
        "changed_since=2026-01-31%2000:00:00Z",
        "created_since=0001-01-01T00:00:00%2B23:59",
        "changed_since=9999-12-31T23:59:59-23:59",
        "name_prefix=%CC%81",
        "slug_prefix=%24where",
        "suspended=perhaps",
        "kind=",
    ],
)
def test_what_is_no_filter_is_refused(service: Service, databases: Databases, query: str) -> None:
    answer = of_operator(service, "GET", f"/operator/organizations?{query}")
    assert (answer.status, answer.code) == (422, "invalid-fields")


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_overview_of_an_organization(
    service: Service, databases: Databases, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    kinds.place(kind, monkeypatch)
    owner = sign_up(service, "Google")
    log_in(service, owner.email)
    for number in range(3):
        assert service.post(f"{owner.path}/documents", {"n": number}, token=owner.token).status == 201
    index = {"keys": [{"field": "n"}], "name": "by-n"}
    assert service.post(f"{owner.path}/indexes", index, token=owner.token).status == 201
    for name in (owner.id, owner.slug):
        shown = overview(service, name).json
        assert (shown["id"], shown["members"], shown["indexes"]) == (owner.id, 1, 1)
        assert shown["usage"]["documents"] == 3
        assert shown["usage"]["bytes"] > 3 * 20
        assert shown["sessions"] >= 1
        assert shown["last_used_at"] >= shown["created_at"]
        assert (shown["intent"], shown["move"], shown["suspended_at"]) == (None, None, None)
        assert owner.email not in str(shown)
    (account,) = databases.master["accounts"].find()
    assert shown["owners"] == [account["_id"]]
    assert of_operator(service, "PUT", f"/operator/organizations/{owner.id}/suspension").status == 204
    suspended = overview(service, owner.id).json
    assert suspended["suspended_at"] is not None
    assert (suspended["sessions"], suspended["last_used_at"]) == (0, None)


def test_a_place_that_gives_no_answer_hides_the_size_alone(service: Service, databases: Databases) -> None:
    member = library.create("Google")
    databases.master["organizations"].update_one({}, {"$set": {"cluster": "gone"}})
    shown = overview(service, member.organization_id)
    assert (shown.status, shown.json["usage"]) == (200, None)


def test_what_is_nowhere_is_not_found(service: Service, databases: Databases) -> None:
    assert overview(service, "nobody").code == "organization-not-found"
    answer = of_operator(service, "GET", "/operator/addresses/owners?organization=nobody")
    assert answer.code == "organization-not-found"
    assert "owner_addresses.read" not in actions(databases)


def test_addresses_are_read_and_recorded(service: Service, databases: Databases) -> None:
    first = library.create("Google", email="Ada@Example.com")
    second = library.create_second("Alphabet", first)
    library.create("Other")
    before = len(actions(databases))
    (owner,) = listed(service, "/operator/addresses/owners", organization="google")["owners"]
    assert (owner["email"], owner["account_id"], owner["verified"]) == (
        "Ada@Example.com",
        first.account_id,
        False,
    )
    page = listed(service, "/operator/addresses/owned", address="ADA@example.com", limit=1)
    rest = listed(
        service, "/operator/addresses/owned", address="ada@example.com", limit=1, cursor=page["next_cursor"]
    )
    found = [each["id"] for each in (*page["organizations"], *rest["organizations"])]
    assert (found, rest["next_cursor"]) == ([first.organization_id, second.organization_id], None)
    assert listed(service, "/operator/addresses/owned", address=email_of("Nobody"))["organizations"] == []
    assert actions(databases)[before:] == ["owner_addresses.read"] * 4
    records_made = list(databases.master["audit"].find({"action": "owner_addresses.read"}))
    assert [(each["organization_ids"], each.get("account_id")) for each in records_made] == [
        ([first.organization_id], None),
        ([], first.account_id),
        ([], first.account_id),
        ([], None),
    ]
    assert "xample.com" not in str(records_made)


def test_addresses_that_cannot_be_recorded_are_not_answered(service: Service, databases: Databases) -> None:
    library.create("Google")
    with failing(databases.client, "insert", namespace=f"{databases.master.name}.audit", errorCode=11601):
        for path in ("owners?organization=google", f"owned?address={email_of('Google')}"):
            answer = of_operator(service, "GET", f"/operator/addresses/{path}")
            assert (answer.status, "@" in answer.text) == (503, False)
