"""Refreshing, logging out and the operator's routes on the deployed stack."""

from tests.e2e.http_service import HttpService, unique
from tests.support.owners import PASSWORD, Owner, sign_up, tokens


def test_session_goes_on_and_ends(service: HttpService, owner: Owner) -> None:
    first = tokens(service, owner.email)
    following = service.post("/login/refresh", {"refresh_token": first["refresh_token"]})
    assert following.status == 200, following.text
    access = following.json["access_token"]
    assert service.get(owner.path, token=access).status == 200
    assert service.post("/logout", {"refresh_token": following.json["refresh_token"]}).status == 204
    for token in (access, first["access_token"]):
        assert service.get(owner.path, token=token).status == 401
    again = service.post("/login/refresh", {"refresh_token": following.json["refresh_token"]})
    assert (again.status, again.code) == (401, "invalid-refresh-token")


def test_login_is_confirmed_and_its_session_switched(service: HttpService, owner: Owner) -> None:
    created = service.post("/organizations", {"name": unique("Second")}, token=owner.token)
    second = created.json["organization"]
    first = tokens(service, owner.email, owner.id)
    confirmed = service.post("/login/confirm", {"password": PASSWORD}, token=first["access_token"])
    assert confirmed.status == 200, confirmed.text
    assert service.get(owner.path, token=confirmed.json["access_token"]).status == 200
    assert service.post("/login/confirm", {"password": "wrong"}, token=owner.token).code == (
        "invalid-credentials"
    )
    body = {"refresh_token": first["refresh_token"], "organization": second["id"]}
    switched = service.post("/login/switch", body)
    assert switched.status == 200, switched.text
    path = f"/organizations/{second['id']}"
    assert service.get(path, token=switched.json["access_token"]).json == second
    for token in (first["access_token"], confirmed.json["access_token"]):
        assert service.get(owner.path, token=token).status == 401
    assert service.delete(path, token=switched.json["access_token"]).status == 204


def test_account_is_deleted_once_its_organization_is(service: HttpService) -> None:
    owner = sign_up(service, unique("Leaving"))
    refused = service.delete("/account", token=owner.token)
    assert (refused.status, refused.code) == (409, "sole-owner")
    assert [each["id"] for each in refused.json["organizations"]] == [owner.id]
    assert service.delete(owner.path, token=owner.token).status == 204
    token = tokens(service, owner.email)["access_token"]
    assert service.delete("/account", token=token).status == 204
    assert service.get("/account", token=token).status == 401
    assert sign_up(service, unique("Returning"), email=owner.email).organization["version"] == 1


def test_logging_out_everywhere(service: HttpService) -> None:
    owner = sign_up(service, unique("Everywhere"))
    assert service.post("/logout/everywhere", token=owner.token).status == 204
    assert service.get(owner.path, token=owner.token).status == 401


def test_operators_routes_are_closed_to_tokens_and_to_nobody(service: HttpService, owner: Owner) -> None:
    path = f"/operator/organizations/{owner.slug}/suspension"
    body = {"name": unique("Beta"), "email": "beta@example.com", "password": PASSWORD}
    for token, code in ((None, "not-found"), (owner.token, "operator-required")):
        for method in ("PUT", "DELETE"):
            assert service.request(method, path, token=token).code == code
        assert service.post("/operator/organizations", body, token=token).code == code
    assert service.get(owner.path, token=owner.token).status == 200
