"""What becomes of an invitation with its organization, its inviter and its time."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tenantry.lifecycle import suspending
from tests.support import library
from tests.support.colleagues import join
from tests.support.databases import Databases
from tests.support.invitations import (
    GRACE,
    accept,
    account_of,
    invite,
    invited,
    sign_up_verified,
)
from tests.support.mailbox import Mailbox
from tests.support.owners import Owner, sign_up

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


def suspend(owner: Owner, databases: Databases) -> None:
    suspending.suspend(owner.id)


def delete(owner: Owner, databases: Databases) -> None:
    assert owner.service.delete(owner.path, token=owner.token).status == 204


def remove_inviter(owner: Owner, databases: Databases) -> None:
    join(owner.id, "owner", "second@example.com")
    account = account_of(databases, owner.email)["_id"]
    databases.master["members"].delete_one({"organization_id": owner.id, "account_id": account})
    sign_up(owner.service, "Other")  # so that what holds for accounts is restored below
    databases.master["accounts"].delete_one({"_id": account})


def demote_inviter(owner: Owner, databases: Databases) -> None:
    join(owner.id, "owner", "second@example.com")
    account = account_of(databases, owner.email)["_id"]
    databases.master["members"].update_one({"account_id": account}, {"$set": {"role": "editor"}})


FATES: dict[str, tuple[Callable[[Owner, Databases], None], int, str]] = {
    "suspended": (suspend, 403, "organization-suspended"),
    "deleted": (delete, 404, "organization-not-found"),
    "inviter removed": (remove_inviter, 410, "invitation-void"),
    "inviter demoted": (demote_inviter, 410, "invitation-void"),
}


@pytest.mark.parametrize("fate", FATES)
def test_whoever_holds_the_link_is_told_why_it_opens_nothing(
    owner: Owner, mailbox: Mailbox, databases: Databases, fate: str
) -> None:
    change, status, code = FATES[fate]
    grace = sign_up(owner.service, "Beta", email=GRACE)
    link, of_another = invited(owner, mailbox), invited(owner, mailbox, "ada@example.com")
    change(owner, databases)
    before = databases.dump(apart_from=("sessions",))
    for answer in (
        accept(owner.service, link, bearer=grace.token),
        accept(owner.service, link),
        accept(owner.service, of_another),
    ):
        assert (answer.status, answer.code) == (status, code)
    assert databases.dump(apart_from=("sessions",)) == before


def test_full_organization_takes_nobody(owner: Owner, mailbox: Mailbox, databases: Databases) -> None:
    link = invited(owner, mailbox)
    library.limit(owner.id, members=1)
    answer = accept(owner.service, link)
    assert (answer.status, answer.code) == (403, "limit-reached")
    assert account_of(databases, GRACE) is None
    library.limit(owner.id, members=2)
    assert accept(owner.service, link).status == 200


def test_reactivated_organization_takes_its_invitations(owner: Owner, mailbox: Mailbox) -> None:
    link = invited(owner, mailbox)
    suspending.suspend(owner.id)
    assert accept(owner.service, link).code == "organization-suspended"
    suspending.reactivate(owner.id)
    assert accept(owner.service, link).status == 200


def test_renamed_organization_takes_its_invitations(owner: Owner, mailbox: Mailbox) -> None:
    link = invited(owner, mailbox)
    assert owner.service.patch(owner.path, {"name": "Omega"}, token=owner.token).status == 200
    assert accept(owner.service, link).json["organization"]["slug"] == "omega"


def test_invitations_go_with_their_organization(owner: Owner, mailbox: Mailbox, databases: Databases) -> None:
    link = invited(owner, mailbox)
    invite(owner, "ada@example.com")
    other = sign_up_verified(owner.service, "Beta")
    kept = invite(other)
    assert owner.service.delete(owner.path, token=owner.token).status == 204
    assert [each["_id"] for each in databases.master["invitations"].find()] == [kept["id"]]
    answer = accept(owner.service, link)
    assert (answer.status, answer.code) == (404, "organization-not-found")
    assert "has been deleted" in answer.json["detail"]
    assert mailbox.to("ada@example.com") == []


def test_stored_invitation_is_removed_a_month_after_its_end(owner: Owner, databases: Databases) -> None:
    invite(owner)
    (stored,) = databases.master["invitations"].find()
    assert stored["expires_at"] - stored["created_at"] - timedelta(days=7) < timedelta(seconds=1)
    assert stored["removed_at"] - stored["expires_at"] == timedelta(days=30)
    indexes = databases.master["invitations"].index_information()
    assert indexes["removed_at"]["expireAfterSeconds"] == 0
