"""Links of mails: single use, bound to purpose, account and epoch, and no token in the database."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from tenantry.errors import LinkNotFound
from tenantry.identity import accounts, links
from tenantry.identity.links import Claims, LinkDocument, Purpose
from tenantry.identity.members import Membership
from tenantry.runtime import moments, mongodb
from tests.support.concurrency import at_once
from tests.support.databases import Databases

take = mongodb.in_transaction(links.take)


def create(purpose: Purpose, claims: Claims, minutes: int = 30, mail_id: str = "mail_1") -> str:
    return links.create(mail_id, purpose, claims, moments.now() + timedelta(minutes=minutes))


def of_member(member: Membership) -> Claims:
    return {"account_id": member.account_id, "auth_epoch": 0}


def test_a_link_works_once(member: Membership) -> None:
    token = create("verify-email", of_member(member))
    assert len(base64.urlsafe_b64decode(token + "=")) == 32
    assert links.find("verify-email", token)["account_id"] == member.account_id
    assert take("verify-email", token)["auth_epoch"] == 0
    for use in (take, links.find):
        with pytest.raises(LinkNotFound):
            use("verify-email", token)


def test_of_two_who_use_it_at_once_one_does(member: Membership) -> None:
    token = create("reset-password", of_member(member))

    def use() -> LinkDocument | LinkNotFound:
        try:
            return take("reset-password", token)
        except LinkNotFound as error:
            return error

    used = at_once([use] * 4)
    assert sorted(isinstance(result, LinkNotFound) for result in used) == [False, True, True, True]


def test_an_aborted_transaction_leaves_it(member: Membership) -> None:
    token = create("verify-email", of_member(member))

    @mongodb.in_transaction
    def fail(session: Any) -> None:
        links.take(session, "verify-email", token)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert take("verify-email", token)


def test_it_is_for_one_purpose(member: Membership) -> None:
    token = create("verify-email", of_member(member))
    for purpose in links.LIFETIMES:
        if purpose != "verify-email":
            with pytest.raises(LinkNotFound):
                take(purpose, token)
    assert take("verify-email", token)


def test_it_ends(member: Membership) -> None:
    token = create("verify-email", of_member(member), minutes=0)
    with pytest.raises(LinkNotFound):
        take("verify-email", token)


def test_it_is_dead_with_another_epoch_or_without_its_account(
    member: Membership, databases: Databases
) -> None:
    token = create("reset-password", of_member(member))
    mongodb.run_transaction(lambda session: accounts.revoke_tokens(member.account_id, session))
    with pytest.raises(LinkNotFound):
        take("reset-password", token)
    token = create("reset-password", {"account_id": member.account_id, "auth_epoch": 1})
    databases.master["accounts"].delete_many({})
    with pytest.raises(LinkNotFound):
        take("reset-password", token)


def test_links_of_the_same_purpose_and_account_go_with_it(member: Membership, databases: Databases) -> None:
    claims = of_member(member)
    tokens = [create("reset-password", claims, mail_id=f"mail_{number}") for number in range(3)]
    others: list[tuple[Purpose, str]] = [
        ("verify-email", create("verify-email", claims)),
        ("reset-password", create("reset-password", {"account_id": "acct_other"})),
        ("invitation", create("invitation", {"invitation_id": "inv_1"})),
    ]
    take("reset-password", tokens[1])
    for token in tokens:
        with pytest.raises(LinkNotFound):
            take("reset-password", token)
    for purpose, token in others:
        assert take(purpose, token)
    assert databases.master["links"].find_one() is None


def test_each_change_of_an_address_keeps_its_way_back(member: Membership) -> None:
    claims: Claims = {"account_id": member.account_id}
    first = create("undo-email-change", claims, mail_id="mail_first")
    second = [create("undo-email-change", claims, mail_id="mail_second") for _ in range(2)]
    take("undo-email-change", second[0])
    with pytest.raises(LinkNotFound):
        take("undo-email-change", second[1])
    assert take("undo-email-change", first)


def test_links_of_an_invitation_are_revoked(databases: Databases) -> None:
    revoke = mongodb.in_transaction(links.revoke)
    tokens = [create("invitation", {"invitation_id": f"inv_{number}"}) for number in (1, 2)]
    revoke({"invitation_id": "inv_1"})
    with pytest.raises(LinkNotFound):
        take("invitation", tokens[0])
    assert take("invitation", tokens[1])


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: token + "=",
        lambda token: token + "A",
        lambda token: token[:-1],
        lambda token: " " + token,
        lambda token: token + "\n",
        lambda token: token[:-1] + chr(ord(token[-1]) + 1),
        lambda token: "é" + token[1:],
        lambda token: "\ud800",
        lambda token: "\0" * 43,
        lambda token: token * 300,
        lambda token: "+" + token[1:],
    ],
)
def test_another_spelling_is_no_token(member: Membership, change: Any) -> None:
    token = create("verify-email", of_member(member))
    with pytest.raises(LinkNotFound):
        take("verify-email", change(token))
    assert take("verify-email", token)
