"""An invitation is accepted by an account of its address, or by a sign-up that verifies the address."""

from datetime import timedelta

import pytest

from tenantry.http.invitations.answers import AcceptedInvitation
from tenantry.identity import passwords
from tenantry.runtime import moments
from tenantry.runtime.settings import settings
from tests.support.colleagues import join
from tests.support.databases import Databases
from tests.support.invitations import (
    CHOSEN,
    GRACE,
    accept,
    account_of,
    invite,
    invited,
    link_in,
    roles_in,
    sign_up_verified,
    verify,
)
from tests.support.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


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
    before = databases.fingerprint()
    answer = accept(owner.service, link, bearer=mallory.token)
    assert (answer.status, answer.code) == (403, "invitation-for-another-address")
    assert invited_address not in answer.text
    assert databases.fingerprint() == before
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
    before = databases.fingerprint()
    if by_sign_up:
        assert accept(owner.service, link, CHOSEN).code == "email-taken"
    else:
        answer = accept(owner.service, link, bearer=victim.token)
        assert answer.code == "invitation-for-another-address"
    assert databases.fingerprint() == before


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


def test_closed_sign_up_closes_no_invitation(
    owner: Owner, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = invited(owner, mailbox)
    monkeypatch.setenv("SIGN_UP", "closed")
    settings.cache_clear()
    assert accept(owner.service, link).status == 200


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
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert len(hashed) == 10
    databases.master["email_holds"].delete_one({"_id": GRACE})
