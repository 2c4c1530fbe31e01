"""An invitation is accepted by an account of its address, or by a sign-up that verifies the address."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tenantry.http.invitations.answers import AcceptedInvitation
from tenantry.identity import links, passwords
from tenantry.identity.memberships import joining
from tenantry.lifecycle import suspending
from tenantry.runtime import moments
from tenantry.runtime.settings import settings
from tests.support.colleagues import join
from tests.support.databases import Databases
from tests.support.invitations import (
    GRACE,
    accept,
    invite,
    invited,
    link_in,
    roles_in,
    sign_up_verified,
    verify,
)
from tests.support.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens
from tests.support.service import Service

CHOSEN = "another horse battery staple"

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


def account_of(databases: Databases, email: str) -> Any:
    return databases.master["accounts"].find_one({"email": email})


def test_sign_up_through_the_link_proves_the_address(
    owner: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    link = invited(owner, mailbox, "Grace@Example.com")
    answer = accept(owner.service, link, CHOSEN)
    assert answer.status == 200
    AcceptedInvitation.model_validate(answer.json, strict=True)
    assert answer.json["organization"] == {name: owner.organization[name] for name in ("id", "name", "slug")}
    assert answer.json["role"] == "editor"
    assert answer.json["account"]["email"] == "Grace@example.com"
    assert answer.json["account"]["verified"] is True
    assert "access_token" not in answer.text
    assert "without_organization_since" not in account_of(databases, GRACE)
    token = log_in(owner.service, GRACE, owner.id, CHOSEN)
    assert owner.service.get(owner.path, token=token).status == 200
    assert owner.service.patch(owner.path, {"name": "Omega"}, token=token).code == "role-too-low"


@pytest.mark.parametrize("is_proved", [True, False])
def test_account_with_the_address_accepts_and_is_proved(
    owner: Owner, mailbox: Mailbox, databases: Databases, *, is_proved: bool
) -> None:
    grace = sign_up(owner.service, "Beta", email=GRACE)
    if is_proved:
        verify(GRACE)
    before = account_of(databases, GRACE)
    link = invited(owner, mailbox, "GRACE@example.com")
    answer = accept(owner.service, link, bearer=grace.token)
    assert answer.status == 200
    assert answer.json["account"]["id"] == before["_id"]
    assert answer.json["account"]["verified"] is True
    after = account_of(databases, GRACE)
    assert (after["auth_epoch"], after["password_hash"]) == (before["auth_epoch"], before["password_hash"])
    organizations = owner.service.get("/account", token=grace.token).json["organizations"]
    assert [(each["slug"], each["role"]) for each in organizations] == [
        ("alpha", "editor"),
        ("beta", "owner"),
    ]
    assert roles_in(owner) == {owner.email: "owner", GRACE: "editor"}


def test_account_without_an_organization_accepts_and_has_one(
    owner: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    grace = sign_up(owner.service, "Beta", email=GRACE)
    assert owner.service.delete(grace.path, token=grace.token).status == 204
    token = log_in(owner.service, GRACE)
    assert accept(owner.service, invited(owner, mailbox), bearer=token).status == 200
    assert "without_organization_since" not in account_of(databases, GRACE)


def test_account_that_nobody_has_proved_falls_to_whoever_reads_the_mail(
    owner: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    attacker = sign_up(owner.service, "Beta", email=GRACE)
    session = tokens(owner.service, GRACE)
    before = account_of(databases, GRACE)
    answer = accept(owner.service, invited(owner, mailbox), CHOSEN)
    assert answer.status == 200
    assert answer.json["account"]["id"] == before["_id"]
    assert answer.json["account"]["verified"] is True
    assert account_of(databases, GRACE)["auth_epoch"] == before["auth_epoch"] + 1
    assert owner.service.get("/account", token=attacker.token).status == 401
    refreshed = owner.service.post("/login/refresh", {"refresh_token": session["refresh_token"]})
    assert refreshed.status == 401
    assert owner.service.post("/login", {"email": GRACE, "password": PASSWORD}).status == 401
    assert owner.service.get(owner.path, token=log_in(owner.service, GRACE, owner.id, CHOSEN)).status == 200


def test_account_that_is_proved_is_entered_with_its_password_alone(
    owner: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    grace = sign_up_verified(owner.service, "Beta", email=GRACE)
    link = invited(owner, mailbox)
    before = account_of(databases, GRACE)
    answer = accept(owner.service, link, CHOSEN)
    assert (answer.status, answer.code) == (409, "email-taken")
    assert "Log in" in answer.json["detail"]
    assert account_of(databases, GRACE) == before
    assert roles_in(owner) == {owner.email: "owner"}
    assert owner.service.get("/account", token=grace.token).status == 200
    assert accept(owner.service, link, bearer=grace.token).status == 200


@pytest.mark.parametrize(
    ("invited_address", "other_address"),
    [
        (GRACE, "mallory@example.com"),
        (GRACE, "gr\u0430ce@example.com"),  # a Cyrillic letter
        (GRACE, "\uff47race@example.com"),  # full width
        (GRACE, "grace@example.co"),
        (GRACE, "grace+1@example.com"),
        (GRACE, "g.race@example.com"),
        ("\u0131ris@example.com", "iris@example.com"),  # without a dot
        ("ma\u00df@example.com", "mas@example.com"),
    ],
)
def test_account_with_another_address_accepts_nothing_and_learns_no_address(
    owner: Owner, mailbox: Mailbox, databases: Databases, invited_address: str, other_address: str
) -> None:
    mallory = sign_up_verified(owner.service, "Beta", email=other_address)
    link = invited(owner, mailbox, invited_address)
    before = databases.dump()
    answer = accept(owner.service, link, bearer=mallory.token)
    assert (answer.status, answer.code) == (403, "invitation-for-another-address")
    assert invited_address not in answer.text
    assert databases.dump() == before
    assert accept(owner.service, link).status == 200


@pytest.mark.parametrize(
    ("invited_address", "own_address"),
    [
        ("ma\u00df@example.com", "MASS@example.com"),
        ("grace@stra\u00dfe.example", "grace@strasse.example"),
        ("grace@\u03c3\u03b1\u03c2.example", "grace@\u03c3\u03b1\u03c3.example"),
    ],
)
@pytest.mark.parametrize("by_sign_up", [True, False])
def test_address_that_is_only_folded_alike_proves_nothing(
    owner: Owner,
    mailbox: Mailbox,
    databases: Databases,
    invited_address: str,
    own_address: str,
    *,
    by_sign_up: bool,
) -> None:
    """No two accounts have them, but two people may read their mail: faß.example and fass.example are two."""
    victim = sign_up(owner.service, "Beta", email=own_address)
    link = invited(owner, mailbox, invited_address)
    before = databases.dump()
    if by_sign_up:
        assert accept(owner.service, link, CHOSEN).code == "email-taken"
    else:
        answer = accept(owner.service, link, bearer=victim.token)
        assert answer.code == "invitation-for-another-address"
    assert databases.dump() == before


@pytest.mark.parametrize(
    ("invited_address", "own_address"),
    [
        ("GRACE@EXAMPLE.COM", GRACE),
        ("jose\u0301@example.com", "JOSÉ@example.com"),
        ("ma\u00df@example.com", "MA\u1e9e@example.com"),
        ("grace@b\u00fccher.example", "grace@xn--bcher-kva.example"),
    ],
)
def test_spellings_of_one_address_are_the_same(
    owner: Owner, mailbox: Mailbox, invited_address: str, own_address: str
) -> None:
    grace = sign_up(owner.service, "Beta", email=own_address)
    link = invited(owner, mailbox, invited_address)
    assert accept(owner.service, link, bearer=grace.token).status == 200


def test_address_that_the_account_has_given_up_is_another_one(
    owner: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    grace = sign_up_verified(owner.service, "Beta", email=GRACE)
    link = invited(owner, mailbox)
    databases.master["accounts"].update_one({"email": GRACE}, {"$set": {"email": "hopper@example.com"}})
    assert accept(owner.service, link, bearer=grace.token).code == "invitation-for-another-address"


def test_invitation_is_used_once(owner: Owner, mailbox: Mailbox, databases: Databases) -> None:
    link = invited(owner, mailbox)
    assert accept(owner.service, link).status == 200
    before = databases.dump()
    grace = log_in(owner.service, GRACE)
    for bearer in (None, grace, owner.token):
        answer = accept(owner.service, link, bearer=bearer)
        assert (answer.status, answer.code) == (410, "invitation-used")
    assert databases.dump(apart_from=("sessions", "audit", "outbox")) == {
        name: content
        for name, content in before.items()
        if name.rpartition(".")[2] not in {"sessions", "audit", "outbox"}
    }


def test_member_accepts_nothing_more(owner: Owner, mailbox: Mailbox) -> None:
    link = invited(owner, mailbox, role="admin")
    grace = join(owner.id, "viewer", GRACE)
    answer = accept(owner.service, link, bearer=log_in(owner.service, GRACE))
    assert (answer.status, answer.code) == (409, "already-member")
    assert roles_in(owner)[GRACE] == grace.role == "viewer"


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


def test_full_organization_takes_nobody(
    owner: Owner, mailbox: Mailbox, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = invited(owner, mailbox)
    monkeypatch.setattr(joining, "MAX_MEMBERS", 1)
    answer = accept(owner.service, link)
    assert (answer.status, answer.code) == (403, "limit-reached")
    assert account_of(databases, GRACE) is None
    monkeypatch.setattr(joining, "MAX_MEMBERS", 2)
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


def test_closed_sign_up_closes_no_invitation(
    owner: Owner, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = invited(owner, mailbox)
    monkeypatch.setenv("SIGN_UP", "closed")
    settings.cache_clear()
    assert accept(owner.service, link).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"role": "admin"},
        {"organization": "beta"},
        {"organization_id": "org_1"},
        {"email": "mallory@example.com"},
        {"account_id": "acct_1"},
        {"verified": True},
    ],
)
def test_nothing_but_token_and_password_is_taken(
    owner: Owner, mailbox: Mailbox, body: dict[str, Any]
) -> None:
    link = invited(owner, mailbox)
    answer = owner.service.post("/invitations/accept", {"token": link, "password": CHOSEN} | body)
    assert (answer.status, answer.code) == (422, "invalid-fields")
    assert roles_in(owner) == {owner.email: "owner"}


@pytest.mark.parametrize(
    ("password", "field"),
    [
        (None, "password"),
        ("short", "password"),
        ("passwordpassword", "password"),
        ("grace@example.com", "password"),
        ("alphaalphaalpha", "password"),
        ("x\0" * 20, "password"),
        (17, "password"),
    ],
)
def test_sign_up_takes_a_password_that_is_good(
    owner: Owner, mailbox: Mailbox, password: Any, field: str
) -> None:
    link = invited(owner, mailbox)
    answer = accept(owner.service, link, password)
    assert (answer.status, answer.code) == (422, "invalid-fields")
    assert answer.json["errors"][0]["field"] == field
    assert accept(owner.service, link).status == 200


def test_account_sends_no_password(owner: Owner, mailbox: Mailbox) -> None:
    grace = sign_up(owner.service, "Beta", email=GRACE)
    body = {"token": invited(owner, mailbox), "password": PASSWORD}
    answer = owner.service.post("/invitations/accept", body, token=grace.token)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "password")


def test_dead_access_token_is_no_sign_up(owner: Owner, mailbox: Mailbox) -> None:
    link = invited(owner, mailbox)
    answer = owner.service.post("/invitations/accept", {"token": link, "password": CHOSEN}, token="nonsense")
    assert (answer.status, answer.code) == (401, "invalid-token")


@pytest.mark.parametrize(
    "make", [lambda link: link[:-1] + "_", lambda link: "A" * 43, lambda link: f"{link} "]
)
def test_unknown_link_is_one_answer(
    service: Service, owner: Owner, mailbox: Mailbox, make: Callable[[str], str]
) -> None:
    link = make(invited(owner, mailbox))
    grace = sign_up(service, "Beta", email=GRACE)
    for bearer in (None, grace.token):
        answer = accept(service, link, bearer=bearer)
        assert (answer.status, answer.code) == (404, "link-not-found")


@pytest.mark.parametrize("link", [None, "", "x" * 10_240, "\ud800", "\0" * 43, 1, ["x"], {"$gt": ""}])
def test_evil_links_are_refused(service: Service, owner: Owner, link: Any) -> None:
    answer = service.post("/invitations/accept", {"token": link, "password": CHOSEN})
    assert answer.status in {400, 404, 422}, answer.text


def test_link_of_another_purpose_accepts_nothing(owner: Owner, mailbox: Mailbox) -> None:
    invitation = invite(owner)
    expires_at = moments.now() + timedelta(hours=1)
    link = links.create("mail_1", "reset-password", {"invitation_id": invitation["id"]}, expires_at)
    answer = accept(owner.service, link)
    assert (answer.status, answer.code) == (404, "link-not-found")


def test_acceptance_is_recorded_for_the_organization(owner: Owner, mailbox: Mailbox) -> None:
    invitation = invite(owner)
    account = accept(owner.service, link_in(mailbox)).json["account"]["id"]
    page = owner.service.get(f"{owner.path}/audit?limit=4", token=owner.token).json["records"]
    joined, accepted = (
        record for record in page if record["action"] in {"member.joined", "invitation.accepted"}
    )
    assert {joined["action"], accepted["action"]} == {"member.joined", "invitation.accepted"}
    for record in (joined, accepted):
        assert record["actor"] == {"type": "account", "id": account}
        assert record["details"] == {
            "invitation_id": invitation["id"],
            "role": "editor",
            "account_id": account,
        }


def test_invitation_that_cannot_be_accepted_costs_few_hashes(
    owner: Owner, mailbox: Mailbox, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one to an address that is held for another account: its reader can try for a week."""
    link = invited(owner, mailbox)
    until = moments.now() + timedelta(days=7)
    hold = {"_id": GRACE, "address": GRACE, "account_id": "acct_1", "auth_epoch": 0, "held_until": until}
    databases.master["email_holds"].insert_one(hold)
    hashed: list[str] = []

    def hash_password(password: str) -> str:
        hashed.append(password)
        return passwords.unusable_hash()

    monkeypatch.setattr(passwords, "hash_password", hash_password)
    answers = [accept(owner.service, link, CHOSEN) for _ in range(15)]
    assert [answer.code for answer in answers] == 10 * ["email-taken"] + 5 * ["too-many-requests"]
    assert answers[-1].headers["retry-after"] == "60"
    assert len(hashed) == 10
    databases.master["email_holds"].delete_one({"_id": GRACE})
