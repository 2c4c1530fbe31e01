"""What happens to an acceptance when something else happens to the same invitation at the same moment."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pytest
from pymongo.errors import PyMongoError

from tenantry.errors import (
    EmailTaken,
    InvitationReplaced,
    InvitationRevoked,
    InvitationUsed,
    InvitationVoid,
    LimitReached,
    OrganizationNotFound,
    TenantryError,
)
from tenantry.identity import accounts, links
from tenantry.identity.addresses import address_proof
from tenantry.identity.invitations import accepting, inviting
from tenantry.identity.members import Membership
from tenantry.identity.memberships import changing, seats
from tenantry.identity.memberships.changing import Conditions
from tenantry.identity.memberships.listing import Person
from tenantry.identity.owners import NewAccount
from tenantry.lifecycle import creating, deleting, suspending
from tenantry.lifecycle.creating import NewOrganization
from tests.support import library
from tests.support.colleagues import join
from tests.support.concurrency import at_once, types_of
from tests.support.databases import Databases, failing
from tests.support.invitations import GRACE, link_in, verify
from tests.support.library import membership
from tests.support.mailbox import Mailbox
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")
ROUNDS = range(3)


@pytest.fixture
def inviter(member: Membership, mailbox: Mailbox) -> Membership:
    """An admin of an organization that somebody else owns."""
    admin = join(member.organization_id, "admin", "admin@example.com")
    mailbox.send_waiting()
    return membership(admin.account_id, member.organization_id)


def invited(inviter: Membership, mailbox: Mailbox, email: str = GRACE) -> tuple[str, str]:
    """Invite an address; return the invitation's id and the token of its link."""
    invitation = inviting.invite(inviter, email, "editor")
    return invitation["_id"], link_in(mailbox)


def sign_up(token: str) -> Any:
    return accepting.accept_by_sign_up(token, PASSWORD)


def is_member(databases: Databases, email: str = GRACE) -> bool:
    account = databases.master["accounts"].find_one({"email": email})
    return (
        account is not None
        and databases.master["members"].count_documents({"account_id": account["_id"], "role": "editor"}) == 1
    )


ANY: Final = Conditions(holds=lambda version: True, has_recent_login=True)


def demote(inviter: Membership) -> Any:
    return changing.change_role(inviter, inviter.member_id, "viewer", ANY)


def leave(inviter: Membership) -> None:
    changing.remove(inviter, inviter.member_id, ANY)


def test_of_acceptances_at_once_one_succeeds(
    inviter: Membership, mailbox: Mailbox, databases: Databases
) -> None:
    for number in ROUNDS:
        email = f"n{number}@example.com"
        _, token = invited(inviter, mailbox, email)
        results = at_once([partial(sign_up, token)] * 3)
        assert types_of(results) == {"Accepted": 1, "InvitationUsed": 2}
        assert is_member(databases, email)


@pytest.mark.parametrize("moment", ["find_by_email", "create_document"])
def test_acceptance_that_another_one_overtakes_says_that_the_invitation_is_used(
    inviter: Membership, mailbox: Mailbox, databases: Databases, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has seen the invitation waiting, outside of its transaction or in it, and not the account."""
    _, token = invited(inviter, mailbox)
    once_before(monkeypatch, accounts, moment, lambda: sign_up(token))
    with pytest.raises(InvitationUsed):
        sign_up(token)
    assert is_member(databases)


Rival = Callable[[Membership, str], Any]
RIVALS: dict[str, tuple[Rival, type[TenantryError]]] = {
    "revoked": (lambda by, id_: inviting.revoke(by.organization_id, id_), InvitationRevoked),
    "sent again": (inviting.resend, InvitationReplaced),
    "inviter demoted": (lambda by, id_: demote(by), InvitationVoid),
    "inviter gone": (lambda by, id_: leave(by), InvitationVoid),
    "deleted": (lambda by, id_: deleting.delete(by), OrganizationNotFound),
}


@pytest.mark.parametrize("name", RIVALS)
def test_what_comes_first_decides(
    inviter: Membership, mailbox: Mailbox, databases: Databases, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The acceptance has read everything, and has not written yet."""
    rival, problem = RIVALS[name]
    invitation_id, token = invited(inviter, mailbox)
    once_before(monkeypatch, accounts, "create_document", lambda: rival(inviter, invitation_id))
    with pytest.raises(problem):
        sign_up(token)
    assert databases.master["accounts"].find_one({"email": GRACE}) is None


@pytest.mark.parametrize("name", RIVALS)
def test_of_both_at_once_each_order_is_one_of_a_queue(
    inviter: Membership, mailbox: Mailbox, databases: Databases, name: str
) -> None:
    rival, problem = RIVALS[name]
    invitation_id, token = invited(inviter, mailbox)
    accepted, rivalling = at_once([partial(sign_up, token), partial(rival, inviter, invitation_id)])
    if isinstance(accepted, TenantryError):
        assert isinstance(accepted, problem)
        assert databases.master["accounts"].find_one({"email": GRACE}) is None
    else:
        assert accepted.role == "editor"
        assert isinstance(rivalling, InvitationUsed) == (name in {"revoked", "sent again"})
        assert isinstance(rivalling, Person) == (name == "inviter demoted")
        assert is_member(databases) == (name != "deleted")


def test_suspension_and_acceptance_at_once_leave_no_token(
    inviter: Membership, mailbox: Mailbox, databases: Databases
) -> None:
    _, token = invited(inviter, mailbox)
    accepted, _ = at_once([partial(sign_up, token), partial(suspending.suspend, inviter.organization_id)])
    assert isinstance(accepted, accepting.Accepted) == is_member(databases)
    assert databases.master["sessions"].find_one({"organization_id": inviter.organization_id}) is None


def sign_up_elsewhere() -> Any:
    owner = NewAccount(GRACE, "a password of somebody else")
    return creating.create(NewOrganization("Elsewhere", "elsewhere"), owner)


def test_sign_up_with_the_address_before_the_acceptance_is_taken_over(
    inviter: Membership, mailbox: Mailbox, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = invited(inviter, mailbox)
    created: list[Any] = []

    def overtake() -> None:
        created.append(sign_up_elsewhere())

    once_before(monkeypatch, accounts, "create_document", overtake)
    accepted = sign_up(token)
    account = accounts.find_by_email(GRACE)
    assert account is not None
    assert accepted.account["_id"] == created[0].account["_id"] == account["_id"]
    assert (account["auth_epoch"], accounts.is_verified(account)) == (1, True)


def test_sign_up_with_the_address_and_acceptance_at_once_give_one_account(
    inviter: Membership, mailbox: Mailbox, databases: Databases
) -> None:
    _, token = invited(inviter, mailbox)
    accepted, created = at_once([partial(sign_up, token), sign_up_elsewhere])
    assert isinstance(accepted, accepting.Accepted)
    assert isinstance(created, creating.Created | EmailTaken)
    (account,) = databases.master["accounts"].find({"email": GRACE})
    assert "verified_at" in account
    assert account["auth_epoch"] == int(isinstance(created, creating.Created))
    assert is_member(databases)


def test_account_that_is_proved_meanwhile_is_not_taken_over(
    inviter: Membership, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up_elsewhere()
    before = accounts.find_by_email(GRACE)
    assert before is not None
    _, token = invited(inviter, mailbox)
    once_before(monkeypatch, address_proof, "take_over", lambda: verify(GRACE))
    with pytest.raises(EmailTaken):
        sign_up(token)
    after = accounts.find_by_email(GRACE)
    assert after is not None
    assert after["password_hash"] == before["password_hash"]


def test_of_the_last_place_one_acceptance_gets_it(
    inviter: Membership, mailbox: Mailbox, databases: Databases
) -> None:
    emails = [f"n{number}@example.com" for number in range(8)]
    tokens = [invited(inviter, mailbox, email)[1] for email in emails]
    library.limit(inviter.organization_id, members=3)  # owner and inviter are two
    results = at_once([partial(sign_up, token) for token in tokens])
    assert types_of(results) == {"Accepted": 1, "LimitReached": 7}
    refusals = [result for result in results if isinstance(result, LimitReached)]
    assert all(refusal.extensions == {"name": "members", "limit": 3, "use": 3} for refusal in refusals)
    assert databases.master["members"].count_documents({"organization_id": inviter.organization_id}) == 3
    assert databases.master["accounts"].count_documents({"email": {"$in": emails}}) == 1


def test_of_the_last_place_one_invitation_gets_it(inviter: Membership, databases: Databases) -> None:
    library.limit(inviter.organization_id, members=3)
    calls = [partial(inviting.invite, inviter, f"n{number}@example.com", "editor") for number in range(4)]
    assert types_of(at_once(calls)) == {"dict": 1, "LimitReached": 3}
    assert databases.master["mails"].count_documents({}) == 1


def test_of_invitations_at_once_an_address_gets_one(inviter: Membership, databases: Databases) -> None:
    results = at_once([partial(inviting.invite, inviter, GRACE, "editor")] * 3)
    assert types_of(results) == {"dict": 1, "AlreadyInvited": 2}
    assert databases.master["invitations"].count_documents({}) == 1
    assert databases.master["mails"].count_documents({}) == 1


def test_invitations_at_once_count_each_other(
    inviter: Membership, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats, "MAX_PENDING", 1)
    calls = [partial(inviting.invite, inviter, f"n{number}@example.com", "editor") for number in range(3)]
    assert types_of(at_once(calls)) == {"dict": 1, "LimitReached": 2}


def test_invitation_does_not_outlive_the_organization_that_is_deleted_at_the_same_time(
    inviter: Membership, databases: Databases
) -> None:
    invite = partial(inviting.invite, inviter, GRACE, "editor")
    calls: list[Callable[[], Any]] = [invite, partial(deleting.delete, inviter)]
    invitation, deletion = at_once(calls)
    assert deletion is None
    assert isinstance(invitation, dict | OrganizationNotFound)
    assert databases.master["invitations"].find_one() is None


def outcome_of(token: str) -> str:
    """Accept an invitation as a client that repeats what was not answered."""
    try:
        sign_up(token)
    except PyMongoError:
        return "unknown"
    except InvitationUsed:
        return "used"
    return "accepted"


@pytest.mark.parametrize("command", ["find", "update", "insert", "commitTransaction"])
@pytest.mark.parametrize("times", [1, 2, 3, 4, 5])
def test_acceptance_that_is_interrupted_anywhere_is_whole_or_nothing(
    inviter: Membership, mailbox: Mailbox, databases: Databases, command: str, times: int
) -> None:
    _, token = invited(inviter, mailbox)
    with failing(databases.client, command, times=times, closeConnection=True):
        first = outcome_of(token)
    has_joined = is_member(databases)
    account = databases.master["accounts"].find_one({"email": GRACE})
    (invitation,) = databases.master["invitations"].find()
    actions = databases.master["audit"].distinct("action")
    assert (account is not None) == has_joined == (invitation["state"] == "accepted")
    assert ("member.joined" in actions) == ("invitation.accepted" in actions) == has_joined
    assert first != "accepted" or has_joined
    assert outcome_of(token) == ("used" if has_joined else "accepted")
    assert is_member(databases)


@pytest.mark.parametrize("times", [1, 2, 3, 4])
@pytest.mark.parametrize("command", ["update", "insert", "commitTransaction"])
def test_invitation_that_is_interrupted_anywhere_is_mailed_if_it_is_there(
    inviter: Membership, databases: Databases, command: str, times: int
) -> None:
    with failing(databases.client, command, times=times, closeConnection=True):
        at_once([partial(inviting.invite, inviter, GRACE, "editor")])
    stored = list(databases.master["invitations"].find())
    assert [mail["_id"] for mail in databases.master["mails"].find()] == [each["mail_id"] for each in stored]


def test_link_says_what_an_organization_left_that_is_deleted_between_look_and_transaction(
    inviter: Membership, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = invited(inviter, mailbox)
    once_before(monkeypatch, accepting, "_accept", lambda: deleting.delete(inviter))
    with pytest.raises(OrganizationNotFound):
        sign_up(token)
    assert links.find("invitation", token)["invitation_id"].startswith("inv_")
