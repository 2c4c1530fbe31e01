"""Whatever a client sends is answered with a problem document and leaves no trace."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.http_service import HttpService, unique
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, email_of, sign_up

GOOD = {"name": "Bad Input", "email": "bad@input.example", "password": PASSWORD}
GOOD_JSON = json.dumps(GOOD)
OPERATOR = {"$ne": ""}

RAW_BODIES: dict[str, tuple[bytes, str, int]] = {
    "truncated": (GOOD_JSON[:-1].encode(), "application/json", 400),
    "duplicate keys": (GOOD_JSON.replace("{", '{"name": "A", ').encode(), "application/json", 400),
    "NaN": (b'{"name": "A", "metadata": {"a": NaN}}', "application/json", 400),
    "lone surrogate": (GOOD_JSON.replace("Bad", "\\ud800").encode(), "application/json", 400),
    "10,000 levels": (b'{"metadata":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "application/json", 400),
    "5,000 digits": (b'{"metadata": {"a": ' + b"9" * 5000 + b"}}", "application/json", 400),
    "not UTF-8": (GOOD_JSON.encode().replace(b"Bad", b"B\xe4d"), "application/json", 400),
    "UTF-16": (GOOD_JSON.encode("utf-16"), "application/json", 400),
    "no object": (b'["name"]', "application/json", 400),
    "null": (b"null", "application/json", 400),
    "plain text": (GOOD_JSON.encode(), "text/plain", 415),
    "form": (b"name=Bad&email=bad%40input.example", "application/x-www-form-urlencoded", 415),
    "100 KB": (GOOD_JSON.encode() + b" " * 100_000, "application/json", 413),
}
NAMES = {
    "dollar": "$",
    "dot": ".",
    "NUL": "Go\0ogle",
    "spaces": "   ",
    "empty": "",
    "300 characters": "a" * 300,
    "bidi": "Goo\u202egle",
    "reserved": "Admin",
    "number": 5,
    "operator": OPERATOR,
    "null": None,
}
FIELDS: dict[str, dict[str, Any]] = {
    "operator as email": {"email": OPERATOR},
    "no address": {"email": "bad"},
    "email of 300 characters": {"email": "a" * 290 + "@b.example"},
    "operator as password": {"password": OPERATOR},
    "short password": {"password": "a walk"},
    "common password": {"password": "passwordpassword"},
    "NUL in password": {"password": PASSWORD + "\0"},
    "operator as slug": {"slug": OPERATOR},
    "slug with underscore": {"slug": "a_b"},
    "slug with dollar": {"slug": "a$b"},
    "list as metadata": {"metadata": []},
    "operator in metadata": {"metadata": {"$where": "1"}},
    "path in metadata": {"metadata": {"a.b": "1"}},
    "object in metadata": {"metadata": {"a": {}}},
    "unknown field": {"role": "owner"},
}
REFERENCES = ["%24ne", "%7B%22%24ne%22%3A%22%22%7D", "%00", "a" * 3000, "%F0%9F%92%A9", "system.views"]


@pytest.fixture(scope="module")
def target(service: HttpService) -> Owner:
    return sign_up(service, unique("Google"))


@pytest.fixture(autouse=True)
def nothing_changes(target: Owner, databases: Databases) -> Iterator[None]:
    before = contents(databases)
    yield
    assert contents(databases) == before


def contents(databases: Databases) -> dict[str, Any]:
    names = ("organizations", "accounts", "members")
    documents = {name: list(databases.master[name].find().sort("_id", 1)) for name in names}
    return documents | {"tenants": databases.collections()}


@pytest.mark.parametrize(("body", "media_type", "status"), RAW_BODIES.values(), ids=RAW_BODIES)
def test_body_that_is_no_json_object_is_refused_by_every_route(
    service: HttpService, target: Owner, body: bytes, media_type: str, status: int
) -> None:
    routes = [("POST", "/organizations", None), ("POST", "/login", None)]
    authenticated = [("PATCH", target.path, target.token), ("PUT", "/account/password", target.token)]
    for method, path, token in [*routes, *authenticated]:
        answer = service.request(method, path, body=body, token=token, headers={"Content-Type": media_type})
        assert answer.status == status, f"{method} {path}"
        assert answer.code


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_wrong_name_is_refused(service: HttpService, target: Owner, name: Any) -> None:
    answer = service.post("/organizations", GOOD | {"name": name})
    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == ["name"]
    if name is not None:  # which means unchanged in a PATCH
        assert service.patch(target.path, {"name": name}, token=target.token).status == 422


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS)
def test_wrong_field_is_refused_by_name(service: HttpService, fields: dict[str, Any]) -> None:
    answer = service.post("/organizations", GOOD | fields)
    assert answer.status == 422
    (field,) = fields
    assert {error["field"].split(".")[0] for error in answer.json["errors"]} == {field}


def test_homoglyphs_of_a_taken_name_are_taken(service: HttpService, target: Owner) -> None:
    homoglyphs = target.organization["name"].replace("o", "\N{CYRILLIC SMALL LETTER O}")
    answer = service.post("/organizations", GOOD | {"name": homoglyphs})
    assert answer.status == 409
    assert answer.code == "organization-exists"


def test_operators_do_not_log_in(service: HttpService, target: Owner) -> None:
    for fields in ({"email": OPERATOR}, {"password": OPERATOR}, {"organization": OPERATOR}):
        answer = service.post("/login", {"email": target.email, "password": PASSWORD} | fields)
        assert answer.status == 422
        assert answer.code == "invalid-fields"


def test_operators_do_not_change_a_password(service: HttpService, target: Owner) -> None:
    passwords = {"current_password": OPERATOR, "new_password": "a lighthouse above seven islands"}
    answer = service.put("/account/password", passwords, token=target.token)
    assert answer.status == 422
    assert answer.code == "invalid-fields"


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: reference[:30])
def test_odd_reference_is_not_found(service: HttpService, target: Owner, reference: str) -> None:
    for method in ("GET", "DELETE"):
        answer = service.request(method, f"/organizations/{reference}", token=target.token)
        assert answer.status == 404
        assert answer.code in {"organization-not-found", "not-found"}


def test_address_of_another_account_is_refused(service: HttpService, target: Owner) -> None:
    body = GOOD | {"name": unique("Bad"), "email": target.email.upper()}
    answer = service.post("/organizations", body)
    assert answer.status == 409
    assert answer.code == "email-taken"
    assert target.id not in answer.text


def test_account_fields_beside_a_token_are_refused(service: HttpService, target: Owner) -> None:
    body = {"name": unique("Bad"), "email": email_of("Bad"), "password": PASSWORD}
    answer = service.post("/organizations", body, token=target.token)
    assert answer.status == 422
    assert {error["field"] for error in answer.json["errors"]} == {"email", "password"}
