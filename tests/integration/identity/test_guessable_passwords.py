"""Passwords that are refused because of what others know of the account, whichever way they are chosen."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.integration.identity.resets import ask, complete, join, mailed_token
from tests.support.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, sign_up
from tests.support.service import Answer

UNCOMMON = "Quolthraxivenobemur"  # as a password guessable only for who knows the organization
Choice = Callable[[str], Answer]


def changing(owner: Owner, mailbox: Mailbox) -> Choice:
    def change(password: str) -> Answer:
        body = {"current_password": PASSWORD, "new_password": password}
        return owner.service.put("/account/password", body, token=owner.token)

    return change


def resetting(owner: Owner, mailbox: Mailbox) -> Choice:
    assert ask(owner.service, owner.email).status == 202
    return partial(complete, owner.service, mailed_token(mailbox, owner.email))


@pytest.mark.parametrize("way", [changing, resetting])
@pytest.mark.parametrize("is_member", [True, False])
def test_name_of_any_organization_of_the_account_is_guessable(
    owner: Owner, mailbox: Mailbox, way: Callable[[Owner, Mailbox], Choice], is_member: bool
) -> None:
    """Not only that of the organization to which the session belongs."""
    other = sign_up(owner.service, UNCOMMON)
    if is_member:
        join(owner, other.id)
    choose = way(owner, mailbox)
    for password in (UNCOMMON, UNCOMMON.lower()) if is_member else ():
        refused = choose(password)
        assert (refused.status, refused.json["errors"][0]["field"]) == (422, "new_password")
    assert choose("seven islands in a quiet sea" if is_member else UNCOMMON.lower()).status == 204
