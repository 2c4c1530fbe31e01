"""Invitations are sent again, revoked, or expire; what that does to the links of earlier mails."""

import pytest

from tests.support.colleagues import join_and_log_in
from tests.support.databases import Databases
from tests.support.invitations import (
    GRACE,
    accept,
    invite,
    invited,
    let_expire,
    link_in,
    listed,
    resend,
    revoke,
    roles_in,
    verify,
)
from tests.support.mailbox import Mailbox
from tests.support.owners import Owner

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


def test_sending_again_kills_the_links_of_earlier_mails(owner: Owner, mailbox: Mailbox) -> None:
    invitation = invite(owner)
    first = link_in(mailbox)
    resend(owner, invitation)
    for _ in range(2):  # also before the later mail is sent
        answer = accept(owner.service, first)
        assert (answer.status, answer.code) == (410, "invitation-replaced")
        later = link_in(mailbox)
    assert accept(owner.service, later).status == 200


def test_mail_that_waits_is_not_sent_once_another_takes_its_place(owner: Owner, mailbox: Mailbox) -> None:
    invitation = invite(owner)
    resend(owner, invitation)
    outcome = mailbox.send_waiting()
    assert (outcome.sent, outcome.needless) == (1, 1)
    assert accept(owner.service, link_in(mailbox)).status == 200


def test_mail_of_a_revoked_or_expired_invitation_is_not_sent(
    owner: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    revoke(owner, invite(owner))
    let_expire(databases, invite(owner, "ada@example.com"))
    outcome = mailbox.send_waiting()
    assert (outcome.sent, outcome.needless) == (0, 2)


def test_mail_that_is_sent_twice_has_two_links_of_which_each_works_once(
    owner: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    invite(owner)
    mail = databases.master["mails"].find_one()
    assert mail is not None
    first = link_in(mailbox)
    databases.master["mails"].insert_one(mail)  # the sender was killed before it removed the mail
    second = link_in(mailbox)
    assert first != second
    assert accept(owner.service, first).status == 200
    assert accept(owner.service, second).code == "invitation-used"


def test_revoked_invitation_is_not_accepted(owner: Owner, mailbox: Mailbox) -> None:
    invitation = invite(owner)
    link = link_in(mailbox)
    assert [revoke(owner, invitation).status for _ in range(2)] == [204, 204]
    answer = accept(owner.service, link)
    assert (answer.status, answer.code) == (410, "invitation-revoked")
    assert resend(owner, invitation).code == "invitation-revoked"
    assert listed(owner)["invitations"] == [invitation | {"state": "revoked"}]
    again = invited(owner, mailbox)
    assert accept(owner.service, link).code == "invitation-revoked"
    assert accept(owner.service, again).status == 200


def test_expired_invitation_is_sent_again_or_makes_room_for_another(
    owner: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    invitation = invite(owner)
    link = link_in(mailbox)
    let_expire(databases, invitation)
    answer = accept(owner.service, link)
    assert (answer.status, answer.code) == (410, "invitation-expired")
    assert [each["state"] for each in listed(owner)["invitations"]] == ["expired"]
    resent = resend(owner, invitation)
    assert resent.status == 202
    assert resent.json["state"] == "pending"
    let_expire(databases, invitation)
    later = invited(owner, mailbox)
    assert resend(owner, invitation).code == "invitation-expired"
    assert accept(owner.service, link).code == "invitation-expired"
    assert accept(owner.service, later).status == 200


def test_accepted_invitation_is_neither_sent_again_nor_revoked(owner: Owner, mailbox: Mailbox) -> None:
    invitation = invite(owner)
    accept(owner.service, link_in(mailbox))
    for answer in (resend(owner, invitation), revoke(owner, invitation)):
        assert (answer.status, answer.code) == (410, "invitation-used")
    assert listed(owner)["invitations"] == [invitation | {"state": "accepted"}]
    assert roles_in(owner)[GRACE] == "editor"


def test_whoever_sends_it_again_answers_for_it(owner: Owner, mailbox: Mailbox, databases: Databases) -> None:
    admin = join_and_log_in(owner.service, owner.id, "admin")
    verify(admin.email)
    invitation = invite(owner, token=admin.token)
    databases.master["members"].update_one({"_id": admin.member_id}, {"$set": {"role": "editor"}})
    assert accept(owner.service, link_in(mailbox)).code == "invitation-void"
    resent = resend(owner, invitation).json
    assert resent["invited_by"] != admin.account_id
    assert accept(owner.service, link_in(mailbox)).status == 200
