"""The authorizer lets a request pass for whom the token is at this moment, and nobody when it cannot tell."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from pymongo.errors import PyMongoError

from tenantry.errors import ServiceUnavailable
from tenantry.http.services.authorizing import Unauthorized
from tenantry.identity import sessions
from tenantry.lifecycle import suspending
from tenantry.registry.usage import counting
from tests.support import library
from tests.support.api_keys import make_key
from tests.support.colleagues import join_and_log_in
from tests.support.databases import Databases
from tests.support.intents import intend_deletion, intend_rename
from tests.support.owners import PASSWORD, Owner
from tests.support.service import PROJECT, LambdaContext, Service, handler

Event = dict[str, Any]
TOKEN: Final[Event] = json.loads((PROJECT / "events/authorize.json").read_text())
ARN: Final = TOKEN["methodArn"].rpartition("/GET/")[0]


def of_token(authorization: str, method: str = "GET") -> Event:
    return TOKEN | {"authorizationToken": authorization, "methodArn": f"{ARN}/{method}/notes"}


def of_request(authorization: str, method: str = "GET") -> Event:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html"""
    return {
        "type": "REQUEST",
        "methodArn": f"{ARN}/{method}/notes",
        "httpMethod": method,
        "headers": {"Authorization": authorization},
        "multiValueHeaders": {"Authorization": [authorization]},
        "requestContext": {"identity": {"sourceIp": "203.0.113.7"}, "httpMethod": method},
    }


def of_http_api(authorization: str, method: str = "GET") -> Event:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html"""
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": f"{ARN}/{method}/notes",
        "identitySource": [authorization],
        "headers": {"authorization": authorization},
        "requestContext": {"http": {"method": method, "path": "/notes", "sourceIp": "203.0.113.7"}},
    }


FORMS: Final = {"TOKEN": of_token, "REQUEST": of_request, "HTTP API": of_http_api}
Form = Callable[..., Event]


def authorize(event: Event) -> dict[str, Any]:
    return dict(handler("authorize")(event, LambdaContext("authorize")))


def outcome(event: Event) -> tuple[int, dict[str, str]]:
    """Return what API Gateway answers if the request may not pass, or 200, and the context."""
    try:
        answer = authorize(event)
    except Unauthorized:
        return 401, {}
    assert all(type(value) is str for value in answer["context"].values())
    if "version" in event:
        assert answer.keys() == {"isAuthorized", "context"}
        return 200 if answer["isAuthorized"] is True else 403, answer["context"]
    (statement,) = answer["policyDocument"]["Statement"]
    method = event["methodArn"].removeprefix(ARN).split("/")[1]
    assert statement["Resource"] == f"{ARN}/{method}/*"
    assert answer["principalId"]
    return {"Allow": 200, "Deny": 403}[statement["Effect"]], answer["context"]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_who_calls_where_and_with_which_limits(databases: Databases, owner: Owner, form: Form) -> None:
    databases.master["organizations"].update_one({}, {"$set": {"limits": {"members": 7}}})
    (member,) = databases.master["members"].find()
    assert outcome(form(f"bearer  {owner.token}")) == (
        200,
        {
            "organization_id": owner.id,
            "organization_slug": owner.slug,
            "organization_version": "1",
            "account_id": member["account_id"],
            "role": "owner",
            "limit_members": "7",
            "cluster": "main",
            "database": databases.tenants.name,
            "collection": f"org_{owner.slug}",
        },
    )


def test_the_place_is_that_of_this_moment(service: Service, databases: Databases, owner: Owner) -> None:
    event = of_token(f"Bearer {owner.token}")
    service.patch(owner.path, {"name": "Elsewhere"}, token=owner.token)
    assert outcome(event)[1]["collection"] == "org_elsewhere"
    databases.master["organizations"].update_one({}, {"$set": {"pool": "pool_0"}})
    context = outcome(event)[1]
    assert (context["collection"], context["tenant"]) == ("pool_0", owner.id)
    databases.master["organizations"].update_one({}, {"$unset": {"pool": 1}})
    intend_rename(owner.id, "Third")
    status, context = outcome(event)
    assert (status, context["role"]) == (200, "owner")
    assert not {"cluster", "database", "collection"} & context.keys()


def test_the_role_is_that_of_this_moment(service: Service, owner: Owner) -> None:
    colleague = join_and_log_in(service, owner.id, "editor")
    path, event = f"{owner.path}/members/{colleague.member_id}", of_token(f"Bearer {colleague.token}")
    service.patch(path, {"role": "viewer"}, token=owner.token)
    assert outcome(event)[1]["role"] == "viewer"
    service.delete(path, token=owner.token)
    assert outcome(event)[0] == 401


ENDINGS: Final[dict[str, Callable[[Owner], Any]]] = {
    "logged out": lambda owner: owner.service.post("/logout/everywhere", token=owner.token),
    "suspended": lambda owner: suspending.suspend(owner.id),
    "being deleted": lambda owner: intend_deletion(owner.id),
    "deleted": lambda owner: owner.service.delete(owner.path, token=owner.token),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_a_token_that_has_ended_does_not_pass(owner: Owner, end: Callable[[Owner], Any]) -> None:
    for form in FORMS.values():
        assert outcome(form(f"Bearer {owner.token}"))[0] == 200
    end(owner)
    statuses = {name: outcome(form(f"Bearer {owner.token}"))[0] for name, form in FORMS.items()}
    assert statuses == {"TOKEN": 401, "REQUEST": 401, "HTTP API": 403}


@pytest.mark.usefixtures("signing_key")
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic eDp5", "x", "Bearer tk_x", "é"])
def test_what_is_no_token_does_not_pass(authorization: str, form: Form) -> None:
    assert outcome(form(authorization))[0] in {401, 403}


def test_of_several_tokens_none_counts(owner: Owner) -> None:
    event = of_request(f"Bearer {owner.token}")
    event["multiValueHeaders"] = {"Authorization": ["Bearer x", f"Bearer {owner.token}"]}
    assert outcome(event)[0] == 401


def test_a_token_for_no_organization_does_not_pass(service: Service, owner: Owner) -> None:
    service.delete(owner.path, token=owner.token)
    token = service.post("/login", {"email": owner.email, "password": PASSWORD}).json["access_token"]
    for form in FORMS.values():
        assert outcome(form(f"Bearer {token}")) == (403, {"error": "organization-not-found"})


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_an_api_key_passes_as_far_as_its_scopes_go(databases: Databases, owner: Owner, form: Form) -> None:
    reading, writing, neither = (
        f"Bearer {make_key(databases, owner, scope)}"
        for scope in ("documents:read", "documents:write", "audit:read")
    )
    context = outcome(form(reading))[1]
    assert (context["scope"], context["organization_id"]) == ("documents:read", owner.id)
    assert context["key_id"]
    assert not {"role", "account_id"} & context.keys()
    refused = (403, {"error": "insufficient-scope"})
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert outcome(form(reading, method)) == outcome(form(neither, method)) == refused
        assert outcome(form(writing, method))[0] == 200
    assert outcome(form(writing))[0] == 200
    assert outcome(form(neither)) == refused


def test_no_path_becomes_part_of_a_policy(owner: Owner) -> None:
    """It may hold wildcards and variables of policies, and be longer than an ARN in one may be."""
    for path in ("", "*", "?/*", "${aws:username}", "a" * 1_000, "é/%2F"):
        for form in (of_token, of_request):
            event = form(f"Bearer {owner.token}") | {"methodArn": f"{ARN}/GET/{path}"}
            assert outcome(event)[0] == 200


def test_it_counts_as_a_request_of_the_organization(
    databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "WRITE_EVERY_SECONDS", 0)
    databases.master["organizations"].update_one({}, {"$set": {"limits": {"requests_per_minute": 2}}})
    statuses = [outcome(of_token(f"Bearer {owner.token}"))[0] for _ in range(4)]
    assert statuses == [200, 200, 403, 403]
    assert outcome(of_http_api(f"Bearer {owner.token}"))[1] == {"error": "too-many-requests"}
    (use,) = databases.master["usage"].find({"organization_id": owner.id})
    assert use["requests"] == 2


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("error", [PyMongoError("away"), ServiceUnavailable(), RuntimeError("unforeseen")])
def test_nobody_passes_when_it_cannot_tell(
    owner: Owner,
    form: Form,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(sessions, "identity", fail)
    with pytest.raises(type(error)) as raised:
        authorize(form(f"Bearer {owner.token}"))
    assert str(raised.value) != "Unauthorized"
    assert '"AuthorizerFailed":[1.0]' in capsys.readouterr().out


def test_a_refused_token_is_no_failure(owner: Owner, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(of_token("Bearer x"))[0] == 401
    assert "AuthorizerFailed" not in capsys.readouterr().out


def test_no_token_is_logged(owner: Owner, capsys: pytest.CaptureFixture[str]) -> None:
    for form in FORMS.values():
        outcome(form(f"Bearer {owner.token}"))
    assert owner.token not in capsys.readouterr().out


def test_another_stacks_database_lets_nobody_pass(owner: Owner, databases: Databases) -> None:
    databases.master["issuer"].update_one({}, {"$set": {"iss": "urn:tenantry:another"}})
    with library.fresh_process(), pytest.raises(ServiceUnavailable):
        authorize(of_token(f"Bearer {owner.token}"))


def test_a_rest_api_answers_401_for_this_message_alone() -> None:
    assert str(Unauthorized()) == "Unauthorized"
