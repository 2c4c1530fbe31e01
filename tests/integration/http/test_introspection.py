"""Services of the operator ask whether a token is valid, and learn what is true at this moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import jwt
import pytest

from tenantry.lifecycle import suspending
from tenantry.registry.usage import counting
from tenantry.runtime import moments
from tests.support.api_keys import make_key
from tests.support.colleagues import join_and_log_in
from tests.support.databases import Databases
from tests.support.intents import intend_deletion, intend_rename
from tests.support.introspection import about, introspect
from tests.support.owners import PASSWORD, Owner
from tests.support.service import Service

INACTIVE: Final = {"active": False}


def organization_in(answer: dict[str, Any]) -> Any:
    return answer["organization"]


def test_it_tells_what_the_token_says_and_where_the_organization_is_now(
    service: Service, databases: Databases, owner: Owner
) -> None:
    databases.master["organizations"].update_one({}, {"$set": {"limits": {"members": 7}}})
    claims = jwt.decode(owner.token, options={"verify_signature": False})
    names = ("iss", "aud", "sub", "iat", "nbf", "exp", "jti", "auth_time")
    answer = about(service, owner.token)
    organization = answer.pop("organization")
    assert answer == {"active": True, "token_type": "Bearer", "role": "owner"} | {
        name: claims[name] for name in names
    }
    assert organization == {
        "id": owner.id,
        "slug": owner.slug,
        "version": 1,
        "limits": {"members": 7},
        "place": {
            "cluster": "main",
            "database": databases.tenants.name,
            "collection": f"org_{owner.slug}",
        },
    }
    renamed = service.patch(owner.path, {"name": "Elsewhere"}, token=owner.token).json
    present = organization_in(about(service, owner.token))
    assert (present["slug"], present["version"]) == ("elsewhere", renamed["version"])
    assert present["place"]["collection"] == "org_elsewhere"


def test_in_a_pool_documents_are_known_by_the_tenant(
    service: Service, databases: Databases, owner: Owner
) -> None:
    databases.master["organizations"].update_one({}, {"$set": {"pool": "pool_0"}})
    place = organization_in(about(service, owner.token))["place"]
    assert (place["collection"], place["tenant"]) == ("pool_0", owner.id)


def test_it_tells_the_present_role_and_nothing_of_who_left(service: Service, owner: Owner) -> None:
    colleague = join_and_log_in(service, owner.id, "editor")
    path = f"{owner.path}/members/{colleague.member_id}"
    assert about(service, colleague.token)["role"] == "editor"
    assert service.patch(path, {"role": "viewer"}, token=owner.token).status == 200
    assert about(service, colleague.token)["role"] == "viewer"
    assert service.delete(path, token=owner.token).status == 204
    assert about(service, colleague.token) == INACTIVE


def log_out(owner: Owner) -> None:
    assert owner.service.post("/logout/everywhere", token=owner.token).status == 204


def test_an_api_key_tells_its_scopes(service: Service, databases: Databases, owner: Owner) -> None:
    key = make_key(databases, owner, "documents:read", "indexes")
    answer = about(service, key)
    organization = answer.pop("organization")
    assert [{"_id": answer.pop("sub")}] == list(databases.master["api_keys"].find({}, {"_id": 1}))
    assert organization["id"] == owner.id
    assert answer == {
        "active": True,
        "token_type": "Bearer",
        "iss": "urn:tenantry",
        "scope": "documents:read indexes",
    }
    until = moments.now() + timedelta(days=1)
    databases.master["api_keys"].update_one({}, {"$set": {"expires_at": until}})
    assert about(service, key)["exp"] == int(until.timestamp())
    suspending.suspend(owner.id)
    assert about(service, key) == INACTIVE
    databases.master["api_keys"].delete_many({})
    assert [about(service, key) for _ in range(30)] == [INACTIVE] * 30


ENDINGS: Final[dict[str, Callable[[Owner], Any]]] = {
    "logged out": log_out,
    "suspended": lambda owner: suspending.suspend(owner.id),
    "being deleted": lambda owner: intend_deletion(owner.id),
    "deleted": lambda owner: owner.service.delete(owner.path, token=owner.token),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_a_token_that_has_ended_is_not_active(
    service: Service, owner: Owner, end: Callable[[Owner], Any]
) -> None:
    assert about(service, owner.token)["active"] is True
    end(owner)
    assert about(service, owner.token) == INACTIVE


def test_what_is_no_token_is_not_active(service: Service, owner: Owner) -> None:
    for token in ("x", "tk_x", owner.token + "=", owner.token[:-4], "é\0", "a" * 60_000):
        assert about(service, token) == INACTIVE


def test_while_the_documents_move_on_there_is_no_place(service: Service, owner: Owner) -> None:
    intend_rename(owner.id, "Elsewhere")
    assert organization_in(about(service, owner.token))["place"] is None


def test_a_token_for_no_organization_has_none(service: Service, databases: Databases, owner: Owner) -> None:
    assert service.delete(owner.path, token=owner.token).status == 204
    answer = service.post("/login", {"email": owner.email, "password": PASSWORD})
    told = about(service, answer.json["access_token"])
    assert told["active"] is True
    assert not {"organization", "role"} & told.keys()


def test_asking_is_no_request_of_the_organization(
    service: Service, databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "WRITE_EVERY_SECONDS", 0)
    databases.master["organizations"].update_one({}, {"$set": {"limits": {"requests_per_minute": 0}}})
    before = databases.fingerprint()
    assert about(service, owner.token)["active"] is True
    assert databases.fingerprint() == before


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        ("", "application/x-www-form-urlencoded", 422),
        ("token=", "application/x-www-form-urlencoded", 422),
        ("hint=x", "application/x-www-form-urlencoded", 422),
        ("token=a&token=b", "application/x-www-form-urlencoded", 400),
        ("token=%ff", "application/x-www-form-urlencoded", 400),
        ("token", "application/x-www-form-urlencoded", 400),
        ("&".join(f"f{number}=x" for number in range(30)), "application/x-www-form-urlencoded", 400),
        ("token=" + "a" * 70_000, "application/x-www-form-urlencoded", 413),
        ('{"token": "x"}', "application/json", 415),
        ("token=x", "application/X-WWW-form-urlencoded; charset=UTF-8", 200),
    ],
)
@pytest.mark.usefixtures("databases")
def test_a_form_is_needed(body: str, media_type: str, status: int) -> None:
    assert introspect(Service(), body, media_type).status == status


@pytest.mark.usefixtures("databases")
def test_nobody_asks_without_a_signature(service: Service, owner: Owner) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = service.request("POST", "/operator/introspect", body="token=x", headers=form, token=owner.token)
    assert (answer.status, answer.code) == (403, "operator-required")
