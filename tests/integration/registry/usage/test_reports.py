"""What organizations have used, as members, the operator and spreadsheets read it."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.errors import OrganizationNotFound
from tenantry.identity.memberships import seats
from tenantry.identity.roles import Role
from tenantry.registry.organizations import finding, usage
from tenantry.registry.organizations.usage import Size
from tenantry.registry.usage import document, months, reports, spreadsheet
from tenantry.registry.usage.reports import Use
from tenantry.runtime import moments
from tests.integration.audit.records import of_operator
from tests.support import plans
from tests.support.colleagues import join_and_log_in
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases
from tests.support.owners import Owner, log_in, sign_up
from tests.support.proxy_events import proxy_event
from tests.support.recorder import recording
from tests.support.service import Answer, Service

HOUR: Final = 3_600_000
OPERATOR: Final = "arn:aws:iam::123456789012:user/operator"
COLUMNS: Final = "organization_id,slug,name,plan,month,requests,documents,bytes,byte_hours,measured_at\r\n"


def store(databases: Databases, organization_id: str, month: str, **fields: Any) -> None:
    stored = {"_id": f"{organization_id} {month}"} | document.identifying(organization_id, month) | fields
    databases.master["usage"].replace_one({"_id": stored["_id"]}, stored, upsert=True)


def ask(path: str, **headers: str) -> Answer:
    event = proxy_event("GET", path, headers, None)
    event["requestContext"]["identity"]["userArn"] = OPERATOR
    return Service().send(event)


def measure(organization_id: str, documents: int, stored_bytes: int) -> None:
    organization = finding.find(organization_id)
    assert organization is not None
    assert usage.save(organization, Size(documents, stored_bytes))


def test_members_read_use_against_limits(service: Service, databases: Databases, owner: Owner) -> None:
    databases.master["organizations"].update_one(
        {"_id": owner.id}, {"$set": {"limits": {"members": 5, "documents": 100, "requests_per_minute": 600}}}
    )
    join_and_log_in(service, owner.id, "admin")
    path = f"{owner.path}/usage"
    before = service.get(path, token=owner.token).json
    assert before["limits"]["documents"] == {"use": None, "limit": 100}
    index = {"keys": [{"field": "due"}], "name": "by-due"}
    assert service.post(f"{owner.path}/indexes", index, token=owner.token).status == 201
    measure(owner.id, 3, 2048)
    databases.master["organizations"].update_one(
        {"_id": owner.id}, {"$set": {"usage.added": {"documents": 2, "bytes": -48}}}
    )
    answer = service.get(path, token=owner.token)
    month = f"{moments.now():%Y-%m}"
    stored = databases.master["usage"].find_one({"_id": f"{owner.id} {month}"})
    assert stored is not None
    assert answer.json == {
        "month": month,
        "requests": stored["requests"],
        "requests_per_minute": 600,
        "byte_hours": 0,
        "measured_at": moments.rfc3339(stored["measured_at"]),
        "limits": {
            "members": {"use": 2, "limit": 5},
            "pending_invitations": {"use": 0, "limit": 100},
            "documents": {"use": 5, "limit": 100},
            "bytes": {"use": 2000, "limit": None},
            "indexes": {"use": 1, "limit": 10},
        },
    }


def test_only_admins_read_it(owner: Owner) -> None:
    roles: tuple[tuple[Role, int], ...] = (("viewer", 403), ("editor", 403), ("admin", 200))
    for role, status in roles:
        token = join_and_log_in(owner.service, owner.id, role).token
        assert owner.service.get(f"{owner.path}/usage", token=token).status == status
    assert owner.service.get(f"{owner.path}/usage?month=2026-11", token=owner.token).status == 422


def test_measurement_is_noted_together_with_the_storage(
    service: Service, databases: Databases, owner: Owner
) -> None:
    measure(owner.id, 3, 1000)
    hour_ago = moments.now() - timedelta(hours=1)
    databases.master["organizations"].update_one({}, {"$set": {"usage.measured_at": hour_ago}})
    databases.master["usage"].update_many({}, {"$set": {"measured_at": hour_ago}})
    measure(owner.id, 4, 5000)
    months_of_use = list(databases.master["usage"].find({"organization_id": owner.id}))
    assert 1000 <= sum(use.get("byte_milliseconds", 0) for use in months_of_use) / HOUR < 1010
    overtaken = finding.find(owner.id)
    assert overtaken is not None
    databases.master["organizations"].update_one({"_id": owner.id}, {"$inc": {"version": 1}})
    assert not usage.save(overtaken, Size(9, 9))
    assert list(databases.master["usage"].find({"organization_id": owner.id})) == months_of_use


def test_operator_reads_every_organization_page_by_page(
    service: Service, databases: Databases, owner: Owner
) -> None:
    measured_at = datetime(2026, 12, 1, tzinfo=UTC)
    databases.master["organizations"].update_one({"_id": owner.id}, {"$set": {"plan": "pro"}})
    store(
        databases, owner.id, "2026-11", requests=7, documents=2, bytes=30,
        byte_milliseconds=2 * HOUR - 1, measured_at=measured_at,
    )  # fmt: skip
    for number in range(4):
        store(databases, f"org_{number}", "2026-11", requests=number)
    store(databases, "org_0", "2026-10", requests=99)
    listed: list[Any] = []
    query = "?month=2026-11&limit=2"
    while query:
        page = of_operator(service, "GET", f"/operator/usage{query}").json
        assert 1 <= len(page["usage"]) <= 2
        listed += page["usage"]
        query = page["next_cursor"] and f"?month=2026-11&limit=2&cursor={page['next_cursor']}"
    assert [use["organization_id"] for use in listed] == sorted([*(f"org_{n}" for n in range(4)), owner.id])
    (own,) = [use for use in listed if use["organization_id"] == owner.id]
    assert own == {
        "organization_id": owner.id,
        "slug": "alpha",
        "name": "Alpha",
        "plan": "pro",
        "month": "2026-11",
        "requests": 7,
        "documents": 2,
        "bytes": 30,
        "byte_hours": 1,
        "measured_at": "2026-12-01T00:00:00.000Z",
    }
    deleted = listed[0] | {"requests": 0}
    assert [deleted[name] for name in ("slug", "name", "plan", "documents", "measured_at")] == [None] * 5
    assert of_operator(service, "GET", "/operator/usage").json["usage"][0]["month"] == months.present()
    for wrong in ("month=2026-13", "month=2026-1", "month=2026-11&cursor=x", "months=2026-11", "limit=0"):
        assert of_operator(service, "GET", f"/operator/usage?{wrong}").status == 422


def test_pages_of_csv_are_one_file(databases: Databases, owner: Owner) -> None:
    for number in range(5):
        store(databases, f"org_{number}", "2026-11", requests=number)
    text, query, pages = "", "?month=2026-11&limit=2", 0
    while query:
        answer = ask(f"/operator/usage{query}", Accept="text/csv")
        header = "present" if pages == 0 else "absent"
        assert answer.headers["content-type"] == f"text/csv; charset=utf-8; header={header}"
        text, pages = text + answer.text, pages + 1
        link = answer.headers.get("link", "")
        assert not link or link.endswith('>; rel="next"')
        query = link.removeprefix("<").partition(">")[0]
        assert not query or parse_qs(query[1:])["month"] == ["2026-11"]
    assert pages == 3
    assert text == COLUMNS + "".join(f"org_{n},,,,2026-11,{n},,,0,\r\n" for n in range(5))
    assert tenantry("usage", "--month", "2026-11", "--csv").stdout_bytes == text.encode()


@pytest.mark.parametrize(("accept", "media_type"), [
    ("*/*", "application/json"), ("text/csv;q=0.5, application/json", "application/json"),
    ("text/*", "text/csv"), ("text/csv, */*;q=0.1", "text/csv"), ("image/png", "application/json"),
])  # fmt: skip
def test_the_client_chooses_between_json_and_csv(
    databases: Databases, owner: Owner, accept: str, media_type: str
) -> None:
    answer = ask("/operator/usage", Accept=accept)
    assert answer.headers["content-type"].partition(";")[0] == media_type


def test_deletion_leaves_what_the_invoice_needs_and_nothing_else(
    service: Service, databases: Databases
) -> None:
    owner = sign_up(service, "=Secret Alpha", email="owner@secret.example")
    assert service.get(owner.path, token=owner.token).status == 200
    assert service.delete(owner.path, token=log_in(service, owner.email, owner.id)).status == 204
    (use,) = databases.master["usage"].find({"organization_id": owner.id})
    assert use.keys() == {"_id", "organization_id", "month", "expires_at", "requests"}
    (shown,) = of_operator(service, "GET", "/operator/usage").json["usage"]
    assert (shown["organization_id"], shown["name"]) == (owner.id, None)
    assert shown["requests"] >= 1


@given(st.text(min_size=1, max_size=20))
def test_no_cell_of_a_spreadsheet_is_a_formula(name: str) -> None:
    use = Use("org_1", "slug", name, "=plan", "2026-11", 1, 2, 3, 4, datetime(2026, 11, 5, tzinfo=UTC))
    written = spreadsheet.header() + spreadsheet.lines([use])
    (row,) = csv.DictReader(io.StringIO(written, newline=""))
    assert row["name"] == (f"'{name}" if name[0] in "=+-@\t\r\n" else name)
    assert row["plan"] == "'=plan"
    assert row["measured_at"] == "2026-11-05T00:00:00.000Z"


def test_command_prints_a_table_and_json(databases: Databases, owner: Owner) -> None:
    store(databases, owner.id, "2026-10", requests=48211, byte_milliseconds=5 * HOUR)
    store(databases, "org_0", "2026-10", requests=1)
    printed = tenantry_json("usage", "--month", "2026-10")
    assert printed["month"] == "2026-10"
    assert [(use["slug"], use["requests"], use["byte_hours"]) for use in printed["usage"]] == [
        (None, 1, 0),
        ("alpha", 48211, 5),
    ]
    table = tenantry("usage", "--month", "2026-10").stdout
    assert "48,211" in table
    assert "(deleted)" in table
    for wrong in (("--month", "2026-1"), ("--csv", "--json")):
        assert tenantry("usage", *wrong).exit_code == 2


def test_pages_are_read_by_an_index(
    databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        store(databases, f"org_{number:03}", "2026-11", requests=number)
        store(databases, f"org_{number:03}", "2026-10", requests=number)
    first = reports.of_month("2026-11", 10, None)
    with recording(monkeypatch) as recorder:
        page = reports.of_month("2026-11", 10, first.next_cursor)
        assert [use.requests for use in page.documents] == list(range(10, 20))
        (_, found), *_ = recorder.commands
    (query,) = plans.queries_of(found)
    explanation = plans.explain(databases, query)
    assert not plans.has_scan(explanation)
    assert plans.examined(explanation) <= 12


def test_use_of_an_organization_that_is_deleted_meanwhile_is_not_found(databases: Databases) -> None:
    with pytest.raises(OrganizationNotFound):
        seats.count("org_gone")
