"""The mail to the owners of a deleted organization, and its link, which brings the organization back once."""

from datetime import UTC, datetime

import pytest
from pymongo.client_session import ClientSession

from tenantry.identity.memberships import joining
from tenantry.identity.roles import Role
from tenantry.lifecycle import deleting, purging, undoing
from tenantry.lifecycle.undoing import Wanted
from tenantry.runtime import mongodb
from tenantry.runtime.settings import settings
from tests.support import library
from tests.support.command_line import tenantry
from tests.support.databases import Databases
from tests.support.mailbox import Mailbox
from tests.support.owners import Owner, log_in, sign_up
from tests.support.service import Service

pytestmark = pytest.mark.usefixtures("grace")


def verify(databases: Databases, email: str) -> None:
    databases.master["accounts"].update_one({"email": email}, {"$set": {"verified_at": datetime.now(UTC)}})


@mongodb.in_transaction
def join(session: ClientSession, organization_id: str, account_id: str, role: Role) -> None:
    joining.add(organization_id, account_id, role, session)


def deleted(service: Service, databases: Databases) -> Owner:
    owner = sign_up(service, "Alpha")
    verify(databases, owner.email)
    databases.stored("org_alpha").insert_one({"_id": "kept"})
    assert service.delete(owner.path, token=owner.token).status == 204
    return owner


def test_link_brings_the_organization_back_once_and_under_another_name(
    service: Service, databases: Databases, mailbox: Mailbox
) -> None:
    owner = deleted(service, databases)
    mailbox.send_waiting()
    mail = mailbox.to(owner.email)[-1]
    assert any("/undo-deletion#token=" in url for url in mail.urls)
    (deletion,) = databases.master["deletions"].find()
    purge_at = deletion["purge_at"]
    for told in ("Alpha", f"{purge_at:%Y-%m-%d}"):
        assert told in mail.plain
    assert tenantry("verify", "--older-than", "0").exit_code == 0
    successor = service.post("/organizations", {"name": "Alpha"}, token=log_in(service, owner.email))
    assert successor.status == 201
    taken = service.post("/deletions/undo", {"token": mail.token})
    assert (taken.status, taken.code) == (409, "organization-exists")
    undone = service.post("/deletions/undo", {"token": mail.token, "name": "Alphabet"})
    assert (undone.status, undone.json) == (200, {"id": owner.id, "name": "Alphabet", "slug": "alphabet"})
    token = log_in(service, owner.email, owner.id)
    assert service.get(f"{owner.path}/documents/kept", token=token).status == 200
    assert service.post("/deletions/undo", {"token": mail.token}).code == "link-not-found"
    record = databases.master["audit"].find_one({"action": "organization.deletion_undone"}) or {}
    assert record["actor"]["type"] == "account"
    assert service.delete(owner.path, token=token).status == 204
    assert service.post("/deletions/undo", {"token": mail.token}).code == "link-not-found"


@pytest.mark.parametrize("end", [undoing.undo, purging.purge])
def test_links_end_with_the_deletion_those_of_waiting_mails_too(
    end: object, service: Service, databases: Databases, mailbox: Mailbox
) -> None:
    owner = deleted(service, databases)
    if end is undoing.undo:
        undoing.undo(owner.id, Wanted())
    else:
        purging.purge(owner.id)
    mailbox.send_waiting()
    refused = service.post("/deletions/undo", {"token": mailbox.to(owner.email)[-1].token})
    assert (refused.status, refused.code) == (404, "link-not-found")


def test_link_of_an_account_that_has_ended_meanwhile_brings_nothing_back(
    service: Service, databases: Databases, mailbox: Mailbox
) -> None:
    owner, second = sign_up(service, "Alpha"), library.create("Second")
    verify(databases, owner.email)
    join(owner.id, second.account_id, "owner")
    assert service.delete(owner.path, token=owner.token).status == 204
    databases.master["accounts"].delete_one({"email": owner.email})
    mailbox.send_waiting()
    refused = service.post("/deletions/undo", {"token": mailbox.to(owner.email)[-1].token})
    assert (refused.status, refused.code) == (404, "link-not-found")
    assert databases.master["deletions"].count_documents({"_id": owner.id}) == 1


def test_only_owners_with_a_verified_address_get_the_mail(
    service: Service, databases: Databases, mailbox: Mailbox
) -> None:
    owner = sign_up(service, "Alpha")
    member = library.membership(library.accounts_of(owner.id)[0], owner.id)
    colleague, second = (library.create(name) for name in ("Colleague", "Second"))
    join(owner.id, colleague.account_id, "editor")
    join(owner.id, second.account_id, "owner")
    for email in ("owner@colleague.example", "owner@second.example"):
        verify(databases, email)
    deleting.delete(member)
    waiting = databases.master["mails"].find({"kind": "organization-deleted"})
    assert [mail["to"] for mail in waiting] == ["owner@second.example"]


def test_account_that_owns_as_many_as_it_may_gets_none_back(
    service: Service, databases: Databases, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = deleted(service, databases)
    mailbox.send_waiting()
    link = {"token": mailbox.to(owner.email)[-1].token}
    assert service.post("/organizations", {"name": "Beta"}, token=log_in(service, owner.email)).status == 201
    monkeypatch.setenv("ORGANIZATIONS_PER_ACCOUNT", "1")
    settings.cache_clear()
    refused = service.post("/deletions/undo", link)
    assert (refused.status, refused.code) == (403, "limit-reached")
    undoing.undo(owner.id, Wanted())
