"""What an account may do, and for how long, whose address is not verified."""

from datetime import timedelta
from typing import Any

import pytest
from pymongo.client_session import ClientSession

from tenantry.errors import EmailNotVerified
from tenantry.identity import accounts
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses import address_proof, unverified_accounts
from tenantry.runtime import moments, mongodb
from tenantry.runtime.settings import settings
from tests.integration.audit.records import recorded
from tests.integration.identity.attempts import WRONG, attempt
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, tokens

A_DAY = timedelta(days=1)


@pytest.fixture
def require_verified(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a deployment that requires verified addresses."""
    monkeypatch.setenv("REQUIRE_VERIFIED_EMAIL", "true")
    settings.cache_clear()


def account_of(owner: Owner) -> AccountDocument:
    account = accounts.find_by_email(owner.email)
    assert account is not None
    return account


def grow_older(owner: Owner, databases: Databases, age: timedelta = A_DAY) -> None:
    created = {"created_at": moments.now() - age}
    databases.master["accounts"].update_one({"email": owner.email}, {"$set": created})


@mongodb.in_transaction
def prove(session: ClientSession, owner: Owner) -> None:
    address_proof.note(account_of(owner), "verify-email", session)


def test_account_of_any_age_logs_in_where_nobody_has_to_prove_anything(
    owner: Owner, databases: Databases
) -> None:
    grow_older(owner, databases, 1000 * A_DAY)
    assert attempt(owner.service, owner.email, PASSWORD).status == 200


@pytest.mark.usefixtures("require_verified")
def test_account_logs_in_for_a_day_and_then_once_its_address_is_proved(
    owner: Owner, databases: Databases
) -> None:
    grow_older(owner, databases, A_DAY - timedelta(minutes=1))
    assert attempt(owner.service, owner.email, PASSWORD).status == 200
    grow_older(owner, databases)
    refused = attempt(owner.service, owner.email, PASSWORD)
    assert (refused.status, refused.code) == (403, "email-not-verified")
    assert "/account/password-reset" in refused.json["detail"]
    prove(owner)
    assert attempt(owner.service, owner.email, PASSWORD).status == 200


@pytest.mark.usefixtures("require_verified")
def test_only_who_knows_the_password_learns_that_the_address_is_not_proved(
    owner: Owner, databases: Databases
) -> None:
    grow_older(owner, databases)
    wrong = attempt(owner.service, owner.email, WRONG)
    nobody = attempt(owner.service, "nobody@alpha.example", WRONG)
    assert wrong.status == 401
    assert wrong.apart_from_request_id == nobody.apart_from_request_id


@pytest.mark.usefixtures("require_verified")
def test_refused_login_starts_no_session_and_is_recorded(owner: Owner, databases: Databases) -> None:
    grow_older(owner, databases)
    sessions, before = list(databases.master["sessions"].find()), len(recorded(databases))
    assert attempt(owner.service, owner.email, PASSWORD).status == 403
    assert list(databases.master["sessions"].find()) == sessions
    (record,) = recorded(databases)[before:]
    assert (record["action"], record["details"]) == ("login.failed", {"reason": "email-not-verified"})
    assert record["actor"] == {"type": "account", "id": account_of(owner)["_id"]}


@pytest.mark.usefixtures("require_verified")
def test_refused_login_tells_nothing_of_the_organizations(owner: Owner, databases: Databases) -> None:
    assert owner.service.post("/organizations", {"name": "Beta"}, token=owner.token).status == 201
    grow_older(owner, databases)
    refused = attempt(owner.service, owner.email, PASSWORD)
    assert (refused.code, "organizations" in refused.json) == ("email-not-verified", False)


@pytest.mark.usefixtures("require_verified")
def test_session_goes_on_for_a_day_and_ends_when_it_asks_for_more_tokens(
    owner: Owner, databases: Databases
) -> None:
    post = owner.service.post
    first = tokens(owner.service, owner.email)
    second = post("/login/refresh", {"refresh_token": first["refresh_token"]})
    assert second.status == 200
    grow_older(owner, databases)
    refused = post("/login/refresh", {"refresh_token": second.json["refresh_token"]})
    assert (refused.status, refused.code) == (403, "email-not-verified")
    assert owner.service.get(owner.path, token=second.json["access_token"]).status == 401
    prove(owner)
    again = post("/login/refresh", {"refresh_token": second.json["refresh_token"]})
    assert (again.status, again.code) == (401, "invalid-refresh-token")


@pytest.mark.usefixtures("require_verified")
def test_no_other_way_to_tokens_leads_past_the_proof(owner: Owner, databases: Databases) -> None:
    session = tokens(owner.service, owner.email)
    grow_older(owner, databases)
    switch = {"refresh_token": session["refresh_token"], "organization": owner.id}
    assert owner.service.post("/login/switch", switch).code == "email-not-verified"
    confirmed = owner.service.post("/login/confirm", {"password": PASSWORD}, token=session["access_token"])
    assert (confirmed.status, confirmed.code) == (403, "email-not-verified")


def test_sessions_of_any_age_go_on_where_nobody_has_to_prove_anything(
    owner: Owner, databases: Databases
) -> None:
    session = tokens(owner.service, owner.email)
    grow_older(owner, databases)
    assert owner.service.post("/login/refresh", {"refresh_token": session["refresh_token"]}).status == 200


def test_only_who_has_proved_the_address_invites(owner: Owner) -> None:
    with pytest.raises(EmailNotVerified):
        unverified_accounts.check_may_invite(account_of(owner))
    prove(owner)
    unverified_accounts.check_may_invite(account_of(owner))


def test_new_account_is_not_verified_and_its_owner_sees_it(owner: Owner, databases: Databases) -> None:
    def shown() -> Any:
        return owner.service.get("/account", token=owner.token).json["verified"]

    assert shown() is False
    prove(owner)
    assert shown() is True
