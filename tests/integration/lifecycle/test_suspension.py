"""Suspension: an organization out of everybody's reach, and back."""

import json
from datetime import datetime
from functools import partial

import pytest

from tenantry.errors import OrganizationNotFound, OrganizationSuspended
from tenantry.identity import sessions
from tenantry.lifecycle import suspending
from tenantry.registry import clusters, schema
from tenantry.runtime.settings import settings
from tenantry.tenants import TenantCollection
from tests.integration.identity import resets
from tests.integration.identity.attempts import attempt
from tests.support.databases import Databases
from tests.support.mailbox import Mailbox
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens
from tests.support.proxy_events import proxy_event
from tests.support.service import Answer, Service


@pytest.mark.parametrize("named_by", ["id", "slug"])
def test_suspended_organization_is_out_of_reach_and_comes_back_whole(
    service: Service, owner: Owner, databases: Databases, named_by: str
) -> None:
    stranger = sign_up(service, "Beta")
    token = tokens(service, owner.email)["refresh_token"]
    documents = TenantCollection(owner.id)
    before = databases.collections(), list(databases.tenants["org_alpha"].find())
    for _ in range(2):
        suspended = suspending.suspend(owner.organization[named_by])
    assert isinstance(suspended.get("suspended_at"), datetime)
    for password, code in [(PASSWORD, "organization-suspended"), (PASSWORD + "x", "invalid-credentials")]:
        assert service.post("/login", {"email": owner.email, "password": password}).code == code
    assert service.post("/login/refresh", {"refresh_token": token}).code == "invalid-refresh-token"
    for method, path in [("GET", ""), ("DELETE", ""), ("GET", "/documents"), ("GET", "/indexes")]:
        assert service.request(method, owner.path + path, token=owner.token).status == 401
    for operation in (partial(documents.find, {}), partial(documents.insert_one, {}), documents.list_indexes):
        with pytest.raises(OrganizationSuspended):
            operation()
    assert service.get(stranger.path, token=stranger.token).status == 200
    taken = service.post("/organizations", {"name": "Alpha", "email": "x@example.com", "password": PASSWORD})
    assert taken.code == "organization-exists"
    suspending.reactivate(owner.organization[named_by])
    assert service.get(owner.path, token=owner.token).status == 401, "dead since the suspension"
    assert service.post("/login/refresh", {"refresh_token": token}).code == "invalid-refresh-token"
    assert service.get(owner.path, token=log_in(service, owner.email)).status == 200
    assert (databases.collections(), documents.find({})) == before


def test_nobody_is_suspended(databases: Databases) -> None:
    schema.ensure_schema()
    for request in (suspending.suspend, suspending.reactivate):
        with pytest.raises(OrganizationNotFound):
            request("nobody")


@pytest.mark.parametrize(
    ("moment", "refusal"),
    [("start", (403, "organization-suspended")), ("identity", (401, "invalid-credentials"))],
)
def test_login_that_a_suspension_overtakes_gives_no_living_token(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, moment: str, refusal: tuple[int, str]
) -> None:
    """It comes before the session is stored, or ends it before the organization is looked at again."""
    once_before(monkeypatch, sessions, moment, partial(suspending.suspend, owner.id))
    refused = owner.service.post("/login", {"email": owner.email, "password": PASSWORD})
    assert (refused.status, refused.code) == refusal


def test_operation_that_a_suspension_overtakes_has_not_happened(
    owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    for operation in ("insert_one", "find"):
        documents = TenantCollection(owner.id)
        documents.find({})
        once_before(monkeypatch, clusters, "tenant_database", partial(suspending.suspend, owner.id))
        with pytest.raises(OrganizationSuspended):
            getattr(documents, operation)({"_id": "late"})
        suspending.reactivate(owner.id)
    assert databases.tenants["org_alpha"].find_one({"_id": "late"}) is None


@pytest.mark.parametrize("moment", ["before the request", "before the mail", "before the completion"])
def test_members_of_a_suspended_organization_reset_their_passwords(
    owner: Owner, mailbox: Mailbox, databases: Databases, moment: str
) -> None:
    """The password is the account's: its other organizations go on, and the reset reactivates nothing."""
    assert owner.service.post("/organizations", {"name": "Beta"}, token=owner.token).status == 201
    before = tokens(owner.service, owner.email, "alpha")
    suspend = partial(suspending.suspend, owner.id)
    if moment == "before the request":
        suspend()
    assert resets.ask(owner.service, owner.email).status == 202
    if moment == "before the mail":
        suspend()
    token = resets.mailed_token(mailbox, owner.email)
    if moment == "before the completion":
        suspend()
    suspended = databases.organization(owner.id)
    assert resets.complete(owner.service, token).status == 204
    assert databases.organization(owner.id) == suspended
    refused = attempt(owner.service, owner.email, resets.CHOSEN, "alpha")
    assert (refused.status, refused.code) == (403, "organization-suspended")
    assert attempt(owner.service, owner.email, PASSWORD, "alpha").code == "invalid-credentials"
    assert tokens(owner.service, owner.email, "beta", resets.CHOSEN)["organization"]["slug"] == "beta"
    suspending.reactivate(owner.id)
    assert owner.service.get(owner.path, token=before["access_token"]).status == 401
    assert owner.service.post("/login/refresh", {"refresh_token": before["refresh_token"]}).status == 401
    assert attempt(owner.service, owner.email, PASSWORD, "alpha").status == 401
    token = log_in(owner.service, owner.email, "alpha", resets.CHOSEN)
    assert owner.service.get(owner.path, token=token).status == 200


def test_operator_suspends_and_reactivates_through_iam(service: Service, owner: Owner) -> None:
    path = f"/operator/organizations/{owner.slug}/suspension"

    def ask(method: str, arn: str | None) -> Answer:
        event = proxy_event(method, path, {}, None)
        event["requestContext"]["identity"]["userArn"] = arn
        return service.send(event)

    for method in ("PUT", "DELETE"):
        assert (ask(method, None).status, ask(method, "").code) == (403, "operator-required")
        assert ask(method, "arn:aws:iam::123456789012:role/Operator").status == 204
        assert owner.service.get(owner.path, token=owner.token).status == 401
    assert owner.service.get(owner.path, token=log_in(service, owner.email)).status == 200
    missing = service.send(
        proxy_event("PUT", "/operator/organizations/nobody/suspension", {}, None)
        | {"requestContext": {"path": "", "identity": {"userArn": "arn:aws:iam::123456789012:root"}}}
    )
    assert (missing.status, missing.code) == (404, "organization-not-found")


def test_where_sign_up_is_closed_the_operator_creates_organizations(
    service: Service, owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"name": "Beta", "email": "beta@example.com", "password": PASSWORD}
    monkeypatch.setenv("SIGN_UP", "closed")
    settings.cache_clear()
    before = databases.fingerprint()
    for body, token in ((wanted, None), ({"name": "Beta"}, owner.token)):
        refused = service.post("/organizations", body, token=token)
        assert (refused.status, refused.code) == (403, "sign-up-closed")
    event = proxy_event("POST", "/operator/organizations", {}, json.dumps(wanted))
    assert service.send(event).code == "operator-required"
    assert databases.fingerprint() == before
    event["requestContext"]["identity"]["userArn"] = "arn:aws:iam::123456789012:role/Operator"
    created = service.send(event)
    assert created.status == 201, created.text
    path = f"/organizations/{created.json['organization']['id']}"
    assert created.headers["location"] == f"/v1{path}"
    assert service.get(path, token=log_in(service, "beta@example.com")).status == 200
