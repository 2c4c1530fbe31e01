"""Deleting an account: what goes with it, what stays, and when it is refused."""

from datetime import timedelta
from typing import Any

import pytest

from tenantry.audit import recording
from tenantry.identity import account_deletion, accounts, links, members
from tenantry.identity.memberships import joining
from tenantry.identity.roles import Role
from tenantry.runtime import moments, mongodb
from tests.integration.identity.own_sessions import another_session
from tests.support.databases import COUNTED, Databases, Document, failing
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens
from tests.support.service import Answer, Service


def account_id_of(owner: Owner) -> str:
    account = accounts.find_by_email(owner.email)
    assert account is not None
    return account["_id"]


def join(joining_owner: Owner, organization: Owner, role: Role) -> None:
    """Make the owner of another organization a member of this one."""
    account_id = account_id_of(joining_owner)
    mongodb.run_transaction(lambda session: joining.add(organization.id, account_id, role, session))


def delete(owner: Owner, token: str | None = None) -> Answer:
    return owner.service.delete("/account", token=token or owner.token)


def of_others(databases: Databases, account_id: str) -> dict[str, list[Document]]:
    """Return all master data but what is an account's own, the touched versions of members, and counters."""
    apart = {"audit", "outbox", "account_epochs", "unused_accounts"} | COUNTED
    kept = {}
    for name in sorted(databases.master.list_collection_names()):
        documents = databases.master[name].find()
        if name in apart or name.startswith("system."):
            continue
        kept[name] = [
            {field: value for field, value in document.items() if field != "changes"}
            for document in documents
            if account_id not in {document["_id"], document.get("account_id")}
        ]
    return kept


@pytest.fixture
def shared(service: Service) -> tuple[Owner, Owner]:
    """Owners of Alpha and Beta; Alpha's is an owner of Beta, too, and Beta's an owner of Alpha."""
    alpha, beta = sign_up(service, "Alpha"), sign_up(service, "Beta")
    join(alpha, beta, "owner")
    join(beta, alpha, "owner")
    return alpha, beta


def test_account_goes_with_all_that_is_its_own_and_nothing_else(
    service: Service, databases: Databases, shared: tuple[Owner, Owner]
) -> None:
    alpha, beta = shared
    account_id = account_id_of(alpha)
    databases.stored("org_alpha").insert_one({"_id": "kept"})
    given = tokens(service, alpha.email, beta.id)
    links.create("mail_1", "verify-email", {"account_id": account_id, "auth_epoch": 0}, moments.now())
    before = of_others(databases, account_id), databases.documents("org_alpha")
    answer = delete(alpha)
    assert (answer.status, answer.text) == (204, "")
    assert (of_others(databases, account_id), databases.documents("org_alpha")) == before
    for name in ("accounts", "members", "sessions", "links"):
        own = {"$or": [{"_id": account_id}, {"account_id": account_id}]}
        assert databases.master[name].find_one(own) is None, name
    for token in (alpha.token, given["access_token"]):
        assert service.get("/account", token=token).status == 401
    refused = service.post("/login/refresh", {"refresh_token": given["refresh_token"]})
    assert refused.code == "invalid-refresh-token"
    assert service.post("/login", {"email": alpha.email, "password": PASSWORD}).status == 401
    for organization in (alpha, beta):
        token = log_in(service, beta.email, organization.id)
        assert service.get(organization.path, token=token).status == 200
    databases.check_invariants()


def test_deletion_is_recorded_where_the_account_was_a_member(
    databases: Databases, shared: tuple[Owner, Owner]
) -> None:
    alpha, beta = shared
    account_id = account_id_of(alpha)
    assert delete(alpha).status == 204
    (record,) = databases.master["audit"].find({"action": "account.deleted"})
    assert sorted(record["organization_ids"]) == sorted([alpha.id, beta.id])
    assert record["details"] == {"account_id": account_id}
    assert record["actor"] == {"type": "account", "id": account_id}
    assert alpha.email not in str(record)
    (event,) = databases.master["outbox"].find({"action": "account.deleted"})
    assert event["_id"] == record["_id"]
    shown = alpha.service.get(f"{beta.path}/audit?limit=1", token=beta.token)
    assert shown.json["records"][0]["action"] == "account.deleted"
    assert alpha.id not in shown.text


def test_address_is_free_at_once_and_nothing_comes_back(
    service: Service, shared: tuple[Owner, Owner], databases: Databases
) -> None:
    alpha, _ = shared
    account_id = account_id_of(alpha)
    assert delete(alpha).status == 204
    successor = sign_up(service, "Gamma", email=alpha.email)
    assert account_id_of(successor) != account_id
    shown = service.get("/account", token=successor.token).json
    assert [each["slug"] for each in shown["organizations"]] == ["gamma"]
    assert service.get("/account", token=alpha.token).status == 401
    databases.check_invariants()


def test_only_owner_is_refused_and_told_of_what(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Alpha")
    second = service.post("/organizations", {"name": "Second"}, token=owner.token).json["organization"]
    admin = sign_up(service, "Beta")
    join(admin, owner, "admin")
    join(owner, admin, "viewer")
    before = databases.fingerprint()
    refused = delete(owner)
    assert (refused.status, refused.code) == (409, "sole-owner")
    named = [{name: each[name] for name in ("id", "slug", "name")} for each in (owner.organization, second)]
    assert refused.json["organizations"] == named
    assert databases.fingerprint() == before
    in_second = log_in(service, owner.email, second["id"])
    assert service.delete(f"/organizations/{second['id']}", token=in_second).status == 204
    assert service.delete(owner.path, token=owner.token).status == 204
    assert delete(owner, log_in(service, owner.email)).status == 204
    databases.check_invariants()


def test_organization_that_is_being_deleted_needs_no_owner(owner: Owner, databases: Databases) -> None:
    token = log_in(owner.service, owner.email)
    for state, status in (("renaming", 409), ("creating", 409), ("deleting", 204)):
        databases.master["organizations"].update_one({"_id": owner.id}, {"$set": {"state": state}})
        assert databases.master["sessions"].count_documents({}) > 0
        assert delete(owner, token).status == status


def test_suspended_organization_still_needs_its_owner(owner: Owner, databases: Databases) -> None:
    second = owner.service.post("/organizations", {"name": "Second"}, token=owner.token).json["organization"]
    suspended = {"$set": {"suspended_at": moments.now()}}
    databases.master["organizations"].update_one({"_id": second["id"]}, suspended)
    assert delete(owner).json["organizations"][1]["id"] == second["id"]


def test_account_without_organization_goes(owner: Owner, databases: Databases) -> None:
    assert owner.service.delete(owner.path, token=owner.token).status == 204
    assert delete(owner, log_in(owner.service, owner.email)).status == 204
    assert list(databases.master["accounts"].find()) == []
    (record,) = databases.master["audit"].find({"action": "account.deleted"})
    assert record["organization_ids"] == []


def test_deletion_needs_a_recent_login_and_a_confirmed_one_is(
    service: Service, databases: Databases, shared: tuple[Owner, Owner]
) -> None:
    alpha, _ = shared
    session_id, given = another_session(alpha)
    long_ago = {"$set": {"authenticated_at": moments.now() - timedelta(minutes=12)}}
    databases.master["sessions"].update_one({"_id": session_id}, long_ago)
    token = service.post("/login/refresh", {"refresh_token": given["refresh_token"]}).json["access_token"]
    before = databases.fingerprint()
    refused = delete(alpha, token)
    assert (refused.status, refused.code) == (401, "login-too-old")
    assert 'max_age="600"' in refused.headers["www-authenticate"]
    assert databases.fingerprint() == before
    confirmed = service.post("/login/confirm", {"password": PASSWORD}, token=token).json["access_token"]
    assert delete(alpha, confirmed).status == 204


def test_nobody_deletes_without_a_token(owner: Owner) -> None:
    for token in ("nonsense", ""):
        assert owner.service.delete("/account", token=token).status == 401
    assert owner.service.delete("/account").status == 401
    assert owner.service.get("/account", token=owner.token).status == 200


@pytest.mark.parametrize("collection", ["audit", "outbox"])
def test_deletion_that_cannot_be_recorded_does_not_happen(
    databases: Databases, shared: tuple[Owner, Owner], collection: str
) -> None:
    alpha, _ = shared
    before = databases.fingerprint()
    namespace = f"{databases.master.name}.{collection}"
    with failing(databases.client, "insert", namespace=namespace, errorCode=11601):
        assert delete(alpha).status == 503
    assert databases.fingerprint() == before
    assert delete(alpha).status == 204


def test_lost_outcome_is_unknown_and_a_repetition_tells_it(
    databases: Databases, shared: tuple[Owner, Owner]
) -> None:
    alpha, _ = shared
    failed = {"code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting timed out"}
    with failing(databases.client, "commitTransaction", writeConcernError=failed):
        assert delete(alpha).status == 503
    again = delete(alpha)
    assert (again.status, again.code) == (401, "invalid-token")
    databases.check_invariants()


def crowd(databases: Databases, owner: Owner, number: int) -> None:
    """Make an account a viewer of many organizations, which others own."""
    account_id = account_id_of(owner)
    stored: Any = databases.master["organizations"].find_one({"_id": owner.id})
    names = [f"org_crowd_{index}" for index in range(number)]
    databases.master["organizations"].insert_many(
        stored | {"_id": name, "slug": name, "slugs": [name], "collection": name} for name in names
    )
    databases.master["members"].insert_many(
        {"_id": f"mem_{who}_{name}", "organization_id": name, "account_id": who, "role": role}
        for name in names
        for who, role in ((account_id, "viewer"), (f"acct_of_{name}", "owner"))
    )


def test_member_of_a_thousand_organizations_leaves_all_and_of_more_is_refused(
    service: Service, databases: Databases, shared: tuple[Owner, Owner]
) -> None:
    alpha, _ = shared
    account_id = account_id_of(alpha)
    crowd(databases, alpha, account_deletion.MAX_MEMBERSHIPS - 1)
    before = databases.fingerprint()
    refused = delete(alpha)
    assert (refused.status, refused.code) == (403, "limit-reached")
    assert (refused.json["limit"], refused.json["use"]) == (1000, 1001)
    assert databases.fingerprint() == before
    members.members().delete_one({"_id": f"mem_{account_id}_org_crowd_0"})
    answer = delete(alpha)
    assert answer.status == 204
    assert members.members().count_documents({"account_id": account_id}) == 0
    assert members.members().count_documents({"role": "owner"}) == 999 + 2
    record = recording.audit().find_one({"action": "account.deleted"})
    assert record is not None
    assert len(record["organization_ids"]) == 1000
