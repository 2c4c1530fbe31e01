"""The life of an account as its owner sees it: its passwords, and one organization after another."""

import pytest

from tests.support.databases import Databases
from tests.support.owners import PASSWORD, log_in, sign_up
from tests.support.service import Service

pytestmark = pytest.mark.own_databases

CHANGED = "a quite different long password"


def test_second_organization_of_one_account(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Google")
    created = service.post("/organizations", {"name": "YouTube"}, token=owner.token)
    assert created.status == 201
    assert created.json["account"]["email"] == owner.email
    ambiguous = service.post("/login", {"email": owner.email, "password": PASSWORD})
    assert (ambiguous.status, ambiguous.code) == (409, "organization-required")
    listed = ambiguous.json["organizations"]
    assert [organization["slug"] for organization in listed] == ["google", "youtube"]
    assert set(listed[0]) == {"id", "slug", "name"}
    for name in ("youtube", created.json["organization"]["id"]):
        token = log_in(service, owner.email, name)
        assert service.get("/organizations/youtube", token=token).status == 200
        assert service.get("/organizations/google", token=token).status == 404
    databases.check_invariants()


def test_second_organization_refuses_credentials_in_the_body(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Google")
    before = databases.fingerprint()
    body = {"name": "YouTube", "email": "else@example.com", "password": PASSWORD}
    answer = service.post("/organizations", body, token=owner.token)
    assert (answer.status, answer.code) == (422, "invalid-fields")
    assert {error["field"] for error in answer.json["errors"]} == {"email", "password"}
    assert databases.fingerprint() == before


def test_password_change_kills_earlier_tokens(service: Service) -> None:
    owner = sign_up(service, "Google")
    second = log_in(service, owner.email)
    answer = service.put(
        "/account/password",
        {"current_password": PASSWORD, "new_password": CHANGED},
        token=owner.token,
    )
    assert (answer.status, answer.text) == (204, "")
    for dead in (owner.token, second):
        refused = service.get(owner.path, token=dead)
        assert (refused.status, refused.code) == (401, "invalid-token")
        assert refused.headers["www-authenticate"] == 'Bearer realm="tenantry", error="invalid_token"'
    assert service.post("/login", {"email": owner.email, "password": PASSWORD}).status == 401
    token = log_in(service, owner.email, password=CHANGED)
    assert service.get(owner.path, token=token).status == 200


def test_refused_password_change_changes_nothing(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Google")
    before = databases.master["accounts"].find_one()
    wrong = {"current_password": "not the password at all", "new_password": CHANGED}
    guessable = {"current_password": PASSWORD, "new_password": "passwordpassword"}
    assert service.put("/account/password", wrong, token=owner.token).code == "invalid-credentials"
    assert service.put("/account/password", guessable, token=owner.token).code == "invalid-fields"
    assert databases.master["accounts"].find_one() == before
    assert service.get(owner.path, token=owner.token).status == 200


def test_account_outlives_its_organizations(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Google")
    service.post("/organizations", {"name": "YouTube"}, token=owner.token)
    assert service.delete("/organizations/google", token=owner.token).status == 204
    kept = log_in(service, owner.email)
    taken = {"name": "Third", "email": owner.email, "password": PASSWORD}
    assert service.post("/organizations", taken).code == "email-taken"
    assert service.delete("/organizations/youtube", token=kept).status == 204
    assert service.post("/organizations", taken).code == "email-taken"
    databases.check_invariants()
    answer = service.post("/login", {"email": owner.email, "password": PASSWORD})
    assert (answer.status, answer.json["organization"]) == (200, None)
    created = service.post("/organizations", {"name": "Third"}, token=answer.json["access_token"])
    assert created.status == 201
    third = log_in(service, owner.email)
    assert service.get(created.headers["location"].removeprefix("/v1"), token=third).status == 200
    databases.check_invariants()
