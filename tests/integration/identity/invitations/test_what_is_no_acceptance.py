"""What nobody accepts an invitation with: other links, tokens, passwords and bodies."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tenantry.identity import links
from tenantry.runtime import moments
from tests.support.invitations import CHOSEN, GRACE, accept, invite, invited, roles_in
from tests.support.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, sign_up
from tests.support.service import Service

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


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
