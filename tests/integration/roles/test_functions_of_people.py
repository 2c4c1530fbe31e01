"""Each function that is about people does all of its work as the user that it should be."""

from datetime import UTC, datetime
from functools import partial

import pytest

from tenantry.identity import links, passwords
from tenantry.identity.mail import queue
from tenantry.identity.mail.kinds.reset_password import RESET_PASSWORD
from tenantry.runtime import mongodb
from tests.integration.roles.users import ServiceOfUsers, Users, of_operator
from tests.support.colleagues import join
from tests.support.databases import Databases
from tests.support.invitations import GRACE, accept, invite, sign_up_verified
from tests.support.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens


def test_members(service: ServiceOfUsers, owner: Owner, databases: Databases) -> None:
    first, second = join(owner.id, "viewer"), join(owner.id, "viewer")
    members, transfer = f"{owner.path}/members", f"{owner.path}/ownership-transfer"
    ask = partial(service.request, token=owner.token)
    assert len(ask("GET", members).json["members"]) == 3
    assert ask("PATCH", f"{members}/{first.member_id}", json_body={"role": "owner"}).status == 200
    assert ask("GET", f"{members}/{first.member_id}").json["role"] == "owner"
    assert ask("DELETE", f"{members}/{first.member_id}").status == 204
    for status in (201, 200):
        assert ask("PUT", transfer, json_body={"member": second.member_id}).status == status
    assert ask("GET", transfer).json["member"] == second.member_id
    assert ask("DELETE", transfer).status == 204
    assert ask("PUT", transfer, json_body={"member": second.member_id}).status == 201
    token = log_in(service, second.email)
    assert service.post(f"{transfer}/accept", token=token).status == 204
    assert databases.master["members"].count_documents({"role": "owner"}) == 1


def test_keys(service: ServiceOfUsers, owner: Owner) -> None:
    ask = partial(service.request, token=owner.token)
    keys = f"{owner.path}/keys"
    wanted = {"name": "key", "scopes": ["documents:write", "indexes", "audit:read"]}
    made = ask("POST", keys, json_body=wanted)
    assert made.status == 201
    secrets = f"{keys}/{made.json['id']}/secrets"
    key = made.json["key"]
    assert service.post(f"{owner.path}/documents", {"_id": "stored"}, token=key).status == 201
    assert service.get(f"{owner.path}/indexes", token=key).status == 200
    assert service.get(f"{owner.path}/audit", token=key).status == 200
    for path in ("/account", owner.path, f"{owner.path}/members", f"{owner.path}/usage", keys):
        assert service.get(path, token=key).code == "insufficient-scope"
    assert ask("POST", secrets).status == 201
    assert len(ask("GET", keys).json["keys"][0]["secrets"]) == 2
    assert ask("DELETE", f"{secrets}/{made.json['secrets'][0]['id']}").status == 204
    assert service.get(f"{owner.path}/documents", token=key).status == 401
    assert ask("GET", f"{keys}/{made.json['id']}").json["secrets"][0]["last_used_at"] is None
    assert ask("DELETE", f"{keys}/{made.json['id']}").status == 204


def test_sessions_and_passwords(
    service: ServiceOfUsers, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.post("/login", {"email": owner.email, "password": PASSWORD + "x"}).status == 401
    monkeypatch.setattr(passwords, "needs_rehash", lambda password_hash: True)
    first = tokens(service, owner.email)
    second = service.post("/login/refresh", {"refresh_token": first["refresh_token"]})
    assert second.status == 200
    assert service.post("/logout", {"refresh_token": second.json["refresh_token"]}).status == 204
    assert service.get(owner.path, token=second.json["access_token"]).status == 401
    assert service.get("/account", token=owner.token).status == 200
    log_in(service, owner.email)
    session = service.get("/account/sessions", token=owner.token).json["sessions"][0]
    assert service.delete(f"/account/sessions/{session['id']}", token=owner.token).status == 204
    third = tokens(service, owner.email)
    assert service.post("/login/confirm", {"password": PASSWORD}, token=third["access_token"]).status == 200
    assert service.post("/organizations", {"name": "Second"}, token=owner.token).status == 201
    switch = {"refresh_token": third["refresh_token"], "organization": "second"}
    assert [service.post("/login/switch", switch).status for _ in range(2)] == [200, 200]
    change = {"current_password": PASSWORD, "new_password": PASSWORD + " changed"}
    assert service.put("/account/password", change, token=owner.token).status == 204
    token = log_in(service, owner.email, owner.id, password=PASSWORD + " changed")
    assert service.post("/logout/everywhere", token=token).status == 204
    assert service.get(owner.path, token=token).status == 401


def test_proof_of_an_address(mailbox: Mailbox, service: ServiceOfUsers, users: Users) -> None:
    owner = sign_up(service, "Alpha")
    assert service.post("/account/email-verification", token=owner.token).status == 202
    users.invoke("send_mail", {})
    body = {"token": mailbox.sent[-1].token}
    assert service.post("/account/email-verification/complete", body, token=owner.token).status == 204
    assert service.get("/account", token=owner.token).json["verified"] is True
    wanted = {"name": "Beta", "email": "beta@example.com", "password": PASSWORD}
    assert of_operator(service, "POST", "/operator/organizations", wanted) == 201


def test_invitations(service: ServiceOfUsers, users: Users, mailbox: Mailbox) -> None:
    owner = sign_up_verified(service, "Alpha")
    invitation = invite(owner)
    path = f"{owner.path}/invitations"
    assert service.post(f"{path}/{invitation['id']}/resend", token=owner.token).status == 202
    assert service.delete(f"{path}/{invitation['id']}", token=owner.token).status == 204
    sign_up(service, "Beta", email=GRACE)
    emails = [GRACE, "new@example.com"]
    for email in emails:
        invite(owner, email)
    users.invoke("send_mail", {})
    links_by_address = {mail.to: mail.token for mail in mailbox.sent if "accept-invitation" in mail.plain}
    assert [accept(service, links_by_address[email]).status for email in emails] == [200, 200]
    invite(owner, "last@example.com")
    users.invoke("send_mail", {})
    bearer = log_in(service, sign_up(service, "Gamma", email="last@example.com").email)
    assert accept(service, mailbox.sent[-1].token, bearer=bearer).status == 200
    assert len(service.get(path, token=owner.token).json["invitations"]) == 4
    assert service.delete(owner.path, token=owner.token).status == 204


def test_forgotten_password(service: ServiceOfUsers, users: Users, owner: Owner, mailbox: Mailbox) -> None:
    assert service.post("/account/password-reset", {"email": owner.email}).status == 202
    users.invoke("send_mail", {})
    reset = {"token": mailbox.sent[-1].token, "new_password": PASSWORD + " changed"}
    assert service.post("/account/password-reset/complete", reset).status == 204
    assert service.post("/account/password-reset/complete", reset).status == 404
    users.invoke("send_mail", {})
    assert "changed" in mailbox.sent[-1].subject
    assert log_in(service, owner.email, password=PASSWORD + " changed")


def test_change_of_address(
    service: ServiceOfUsers, users: Users, owner: Owner, databases: Databases, mailbox: Mailbox
) -> None:
    databases.master["accounts"].update_one({}, {"$set": {"verified_at": datetime(2026, 1, 1, tzinfo=UTC)}})

    def last_token() -> str:
        users.invoke("send_mail", {})
        return mailbox.sent[-1].token

    wanted = {"new_email": "ada@another.example", "current_password": PASSWORD}
    assert service.post("/account/email-change", wanted, token=owner.token).status == 202
    link = {"token": last_token()}
    assert service.post("/account/email-change/complete", link, token=owner.token).status == 204
    assert log_in(service, "ada@another.example")
    back = {"token": last_token()}
    assert service.post("/account/email-change/undo", back).status == 204
    assert databases.master["email_holds"].find_one() is None
    taken = {"name": "Beta", "email": "ada@another.example", "password": PASSWORD}
    assert service.post("/organizations", taken).status == 201


def test_account_is_deleted(service: ServiceOfUsers, owner: Owner, databases: Databases) -> None:
    assert service.delete("/account", token=owner.token).code == "sole-owner"
    assert service.delete(owner.path, token=owner.token).status == 204
    assert service.delete("/account", token=log_in(service, owner.email)).status == 204
    assert databases.master["accounts"].find_one() is None


def test_failures_slow_logins_down(service: ServiceOfUsers, owner: Owner) -> None:
    wrong = {"email": owner.email, "password": PASSWORD + "x"}
    answers = [service.post("/login", wrong).status for _ in range(12)]
    assert set(answers) == {401, 429}


def test_mails(users: Users, owner: Owner, mailbox: Mailbox) -> None:
    with users.acting("login"):
        put = partial(queue.put, RESET_PASSWORD, owner.email)
        mongodb.run_transaction(put)
    users.invoke("send_mail", {})
    (mail,) = mailbox.sent
    with users.acting("login"):
        link = mongodb.run_transaction(lambda session: links.take(session, "reset-password", mail.token))
    assert link["mail_id"].startswith("mail_")
