"""The life of organizations as clients see it."""

import json

import pytest

from tests.support.databases import Databases
from tests.support.owners import PASSWORD, sign_up
from tests.support.service import Answer, Service

pytestmark = pytest.mark.own_databases


RECORD = {"audit", "outbox"}


def fields_of(answer: Answer) -> set[str]:
    return set(answer.json)


def test_sign_up_answers_organization_account_location_and_etag(
    service: Service, databases: Databases
) -> None:
    answer = service.post(
        "/organizations",
        {"name": "Google", "email": "Ada@Example.COM", "password": PASSWORD, "metadata": {"color": "green"}},
    )
    assert answer.status == 201
    organization, account = answer.json["organization"], answer.json["account"]
    assert set(organization) == {
        "id", "name", "slug", "collection", "state", "version", "metadata", "properties",
        "created_at", "updated_at",
    }  # fmt: skip
    assert organization["slug"] == "google"
    assert organization["collection"] == "org_google"
    assert organization["state"] == "active"
    assert organization["version"] == 1
    assert organization["metadata"] == {"color": "green"}
    assert set(account) == {"id", "email", "verified", "created_at"}
    assert account["email"] == "Ada@example.com"
    assert answer.headers["location"] == f"/v1/organizations/{organization['id']}"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["content-type"] == "application/json"
    assert "password" not in answer.text
    databases.check_invariants()


def test_log_in_then_read_by_slug_and_by_id(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Google")
    answer = service.post("/login", {"email": owner.email, "password": PASSWORD})
    assert answer.status == 200
    assert fields_of(answer) == {
        "access_token",
        "refresh_token",
        "token_type",
        "expires_in",
        "organization",
        "device_token",
    }
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 900)
    token = answer.json["access_token"]
    by_slug = service.get("/organizations/google", token=token)
    by_id = service.get(owner.path, token=token)
    assert by_slug.status == by_id.status == 200
    assert by_slug.json == by_id.json == answer.json["organization"] == owner.organization
    assert by_slug.headers["etag"] == '"1"'
    assert by_slug.headers["cache-control"] == "no-store"


def test_rename_moves_slug_and_collection_and_keeps_the_token(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Google")
    (identity,) = databases.collections().values()
    databases.tenants["org_google"].insert_one({"_id": 1})
    answer = service.patch(owner.path, {"name": "Alphabet Inc."}, token=owner.token)
    assert answer.status == 200
    assert answer.json["name"] == "Alphabet Inc."
    assert answer.json["slug"] == "alphabet-inc"
    assert answer.json["collection"] == "org_alphabet_inc"
    assert answer.json["version"] > 1
    assert answer.headers["etag"] == f'"{answer.json["version"]}"'
    assert databases.collections() == {"org_alphabet_inc": identity}
    assert databases.tenants["org_alphabet_inc"].find_one() == {"_id": 1}
    read = service.get("/organizations/alphabet-inc", token=owner.token)
    assert read.status == 200
    assert read.json == answer.json
    assert service.get("/organizations/google", token=owner.token).status == 404
    databases.check_invariants()


def test_metadata_is_merged_and_null_removes_a_key(service: Service) -> None:
    owner = sign_up(service, "Google", metadata={"color": "green", "desks": 5})
    answer = service.patch(owner.path, {"metadata": {"desks": None, "beta": True}}, token=owner.token)
    assert answer.json["metadata"] == {"color": "green", "beta": True}
    assert (answer.json["name"], answer.json["slug"]) == ("Google", "google")


def test_change_that_changes_nothing_keeps_the_version(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Google", metadata={"color": "green"})
    before = databases.fingerprint()
    for changes in ({}, {"name": "Google"}, {"slug": "google"}, {"metadata": {"color": "green", "x": None}}):
        answer = service.patch(owner.path, changes, token=owner.token)
        assert (answer.status, answer.json) == (200, owner.organization)
    assert databases.fingerprint() == before


def test_foreign_and_missing_organization_answer_the_same(service: Service, databases: Databases) -> None:
    owner, stranger = sign_up(service, "Mine"), sign_up(service, "Other")
    names = (stranger.id, stranger.slug, "org_" + "0" * 32, "nobody", owner.organization["collection"])
    before = databases.fingerprint()
    for method, body in (("GET", None), ("PATCH", json.dumps({"name": "Stolen"})), ("DELETE", None)):
        answers = [
            service.request(method, f"/organizations/{name}", token=owner.token, body=body) for name in names
        ]
        assert {answer.status for answer in answers} == {404}
        seen = [answer.apart_from_request_id for answer in answers]
        assert all(answer == seen[0] for answer in seen)
    assert databases.fingerprint() == before


@pytest.mark.usefixtures("free_names")
def test_deleted_organization_is_gone_and_its_token_dead_even_under_a_successor(
    service: Service, databases: Databases
) -> None:
    owner = sign_up(service, "Google")
    databases.tenants["org_google"].insert_one({"secret": "of the first"})
    answer = service.delete("/organizations/google", token=owner.token)
    assert (answer.status, answer.text) == (204, "")
    assert databases.collections() == {}
    assert databases.master["members"].count_documents({}) == 0
    for path in (owner.path, "/organizations/google"):
        assert service.get(path, token=owner.token).status == 401
    successor = sign_up(service, "Google", email="successor@example.com")
    assert successor.id != owner.id
    assert databases.tenants["org_google"].count_documents({}) == 0
    before = databases.fingerprint()
    for path in (owner.path, successor.path, "/organizations/google"):
        assert service.get(path, token=owner.token).status == 401
        assert service.patch(path, {"name": "Mine again"}, token=owner.token).status == 401
        assert service.delete(path, token=owner.token).status == 401
    assert databases.fingerprint() == before
    assert service.get("/organizations/google", token=successor.token).status == 200
    databases.check_invariants()


def test_taken_name_and_taken_address_leave_no_trace_but_in_the_audit_record(
    service: Service, databases: Databases
) -> None:
    owner = sign_up(service, "Google")
    before = databases.dump(RECORD)
    for name in ("Google", "GOOGLE", "  google!  ", "G\u00f3\u00f3gle"):
        answer = service.post(
            "/organizations", {"name": name, "email": "else@example.com", "password": PASSWORD}
        )
        assert (answer.status, answer.code) == (409, "organization-exists")
    answer = service.post(
        "/organizations", {"name": "Else", "email": owner.email.upper(), "password": PASSWORD}
    )
    assert (answer.status, answer.code) == (409, "email-taken")
    assert databases.dump(RECORD) == before
    refused = databases.master["audit"].find({"action": "sign_up.refused"})
    assert {record["result"] for record in refused} == {"failure"}


def test_service_routes(service: Service, databases: Databases) -> None:
    assert service.get("/health").json == {"status": "ok"}
    (key,) = service.get("/.well-known/jwks.json").json["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg", "iat"}
    assert service.get("/openapi.json").json["openapi"].startswith("3.")
    assert service.get("/docs").headers["content-type"].startswith("text/html")


def test_organization_is_changed_by_a_merge_patch(service: Service) -> None:
    owner = sign_up(service, "Google")
    merge_patch = {"Content-Type": "application/merge-patch+json"}
    changes = {"metadata": {"color": "green", "desks": None}}
    changed = service.patch(owner.path, changes, token=owner.token, headers=merge_patch)
    assert (changed.status, changed.json["metadata"]) == (200, {"color": "green"})
    refused = service.patch(owner.path, changes, token=owner.token, headers={"Content-Type": "text/plain"})
    assert (refused.status, refused.code) == (415, "unsupported-media-type")
    assert refused.headers["accept-patch"] == "application/json, application/merge-patch+json"
    for method, path, types in [
        ("POST", "/organizations", "application/json"),
        ("PUT", "/account/password", "application/json"),
    ]:
        refused = service.request(method, path, body="{}", token=owner.token, headers=merge_patch)
        assert (refused.status, refused.headers["accept"]) == (415, types)
    for method in ("POST", "PUT"):
        path = f"{owner.path}/documents" + ("/a" if method == "PUT" else "")
        assert service.request(method, path, body="{}", token=owner.token, headers=merge_patch).status == 415
    null = service.patch(owner.path, {"name": None}, token=owner.token)
    assert (null.status, null.json["errors"][0]["field"]) == (422, "name")


def test_methods_of_an_organization(service: Service) -> None:
    owner = sign_up(service, "Google")
    get, head = (service.request(method, owner.path, token=owner.token) for method in ("GET", "HEAD"))
    assert (head.status, head.headers, head.text) == (200, get.headers, "")
    options = service.request("OPTIONS", owner.path)
    assert (options.status, options.headers["allow"]) == (204, "DELETE, GET, HEAD, OPTIONS, PATCH")
    refused = service.request("POST", owner.path, token=owner.token)
    assert (refused.status, refused.code) == (405, "method-not-allowed")
    assert refused.headers["allow"] == options.headers["allow"]
