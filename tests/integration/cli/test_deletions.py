"""`tenantry deletions`, `undo` and `purge`, and the same by the operator's routes."""

import json

import pytest

from tenantry.lifecycle import deleting
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases
from tests.support.proxy_events import proxy_event
from tests.support.service import Answer, Service

pytestmark = pytest.mark.usefixtures("grace")
JSON = {"Content-Type": "application/json"}
ARN = "arn:aws:iam::123456789012:role/Operator"


def deleted(name: str) -> str:
    member = library.create(name)
    deleting.delete(member)
    return member.organization_id


def test_deleted_organizations_are_listed_brought_back_and_purged(databases: Databases) -> None:
    google, amazon, other = (deleted(name) for name in ("Google", "Amazon", "Ämter"))
    listed = tenantry_json("deletions")["deletions"]
    assert [deletion["organization"]["id"] for deletion in listed] == [google, amazon, other]
    assert all(deletion["purge_at"] > deletion["deleted_at"] for deletion in listed)
    for option, found in (("--slug-prefix=am", [amazon, other]), ("--name-prefix=AMT", [other])):
        matching = tenantry_json("deletions", option)["deletions"]
        assert [deletion["organization"]["id"] for deletion in matching] == found
    assert "3 deleted organizations." in tenantry("deletions").stdout
    refused = tenantry("backup", google, "-o", "nowhere.archive")
    assert refused.exit_code == 1
    assert f"tenantry undo {google}" in refused.stderr
    for option in ("--name= ", "--slug=-"):
        wrong = tenantry("undo", google, option)
        assert (wrong.exit_code, f"{option[2:6]}: " in wrong.stderr) == (2, True), wrong.stderr
    assert tenantry_json("undo", google, "--name", "Alphabet", "--slug", "letters")["slug"] == "letters"
    assert tenantry_json("purge", amazon) == {"purged": amazon}
    for command in (["undo", amazon], ["purge", google]):
        failed = tenantry(*command)
        assert failed.exit_code == 1
        assert "is deleted and kept" in failed.stderr
    assert tenantry("undo", other, "--owner", "acct_nobody").exit_code == 1
    actors = {
        record["action"]: record["actor"]["type"]
        for record in databases.master["audit"].find(
            {"action": {"$in": ["organization.deletion_undone", "organization.erased"]}}
        )
    }
    assert actors == {"organization.deletion_undone": "operator", "organization.erased": "operator"}
    assert tenantry("verify", "--older-than", "0").exit_code == 0


def test_the_operators_routes_do_the_same(service: Service, databases: Databases) -> None:
    google, amazon = deleted("Google"), deleted("Amazon")
    for method, path in (("GET", ""), ("POST", f"/{google}/undo"), ("DELETE", f"/{google}")):
        assert service.request(method, f"/operator/deletions{path}", json_body={}).status == 403

    def ask(method: str, path: str, body: object = None) -> Answer:
        event = proxy_event(
            method, f"/operator/deletions{path}", JSON, json.dumps(body) if body is not None else None
        )
        event["requestContext"]["identity"]["userArn"] = ARN
        return service.send(event)

    first = ask("GET", "?limit=1").json
    rest = ask("GET", f"?limit=1&cursor={first['next_cursor']}").json
    pages = [*first["deletions"], *rest["deletions"]]
    assert [deletion["organization"]["id"] for deletion in pages] == [google, amazon]
    assert rest["next_cursor"] is None
    undone = ask("POST", f"/{google}/undo", {"slug": "alphabet"})
    assert (undone.status, undone.json["id"], undone.json["slug"]) == (200, google, "alphabet")
    assert ask("DELETE", f"/{amazon}").status == 204
    for answer in (
        ask("POST", f"/{amazon}/undo", {}),
        ask("DELETE", f"/{google}"),
    ):
        assert (answer.status, answer.code) == (404, "deletion-not-found")
    assert ask("POST", f"/{amazon}/undo", {"owner": "acct_nobody", "more": 1}).status == 422
    databases.check_invariants()
