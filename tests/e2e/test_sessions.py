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


def test_logging_out_everywhere(service: HttpService) -> None:
    owner = sign_up(service, unique("Everywhere"))
    assert service.post("/logout/everywhere", token=owner.token).status == 204
    assert service.get(owner.path, token=owner.token).status == 401


def test_operators_routes_are_closed_to_tokens_and_to_nobody(service: HttpService, owner: Owner) -> None:
    """The local AWS asks for no signature, so the functions themselves refuse."""
    path = f"/operator/organizations/{owner.slug}/suspension"
    body = {"name": unique("Beta"), "email": "beta@example.com", "password": PASSWORD}
    for token in (None, owner.token):
        for method in ("PUT", "DELETE"):
            assert service.request(method, path, token=token).status == 403
        assert service.post("/operator/organizations", body, token=token).status == 403
    assert service.get(owner.path, token=owner.token).status == 200
