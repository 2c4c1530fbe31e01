"""Changes of addresses at once, and with sign-ups: one address has one account, and none passes a hold."""

from collections.abc import Callable
from functools import partial

import pytest

from tenantry.errors import EmailTaken, LinkNotFound
from tenantry.identity import accounts
from tenantry.identity.addresses import email_change, email_holds
from tenantry.identity.owners import NewAccount
from tenantry.lifecycle import creating
from tenantry.lifecycle.creating import Created
from tests.integration.identity.addresses.address_changes import (
    ANOTHER,
    THIRD,
    account_of,
    change,
    held,
    link_to,
    sign_up_with,
)
from tests.support import library
from tests.support.concurrency import at_once, types_of
from tests.support.databases import Databases
from tests.support.mailbox import Mailbox
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD, Owner, sign_up

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


def completing(owner: Owner, link: str) -> Callable[[], None]:
    caller = library.identity(account_of(owner.email)["_id"])
    return partial(email_change.complete, caller, link)


def creating_with(email: str, name: str = "Stranger") -> Callable[[], Created]:
    return partial(creating.create, library.wanted(name), NewAccount(email, PASSWORD))


@pytest.mark.parametrize("_", range(5))
def test_of_two_completions_at_once_one_succeeds(
    ada: Owner, mailbox: Mailbox, databases: Databases, _: int
) -> None:
    links = [link_to(ada, mailbox, address) for address in (ANOTHER, THIRD)]
    outcomes = at_once([completing(ada, link) for link in (*links, links[0])])
    assert types_of(outcomes) == {"NoneType": 1, "LinkNotFound": 2}
    assert held(databases) == [ada.email]
    present = THIRD if outcomes[1] is None else ANOTHER
    assert account_of(present)["auth_epoch"] == 1
    assert len([mail for mail in mailbox.to(ada.email) if mail.urls]) == 1


@pytest.mark.parametrize("_", range(5))
def test_of_two_accounts_at_once_one_gets_the_address(ada: Owner, mailbox: Mailbox, _: int) -> None:
    others = [ada, sign_up(ada.service, "Beta"), sign_up(ada.service, "Gamma")]
    spellings = (ANOTHER, ANOTHER.replace("ada", "ADA"), ANOTHER.replace("ada", "Ada"))
    completions = [
        completing(each, link_to(each, mailbox, spelling))
        for each, spelling in zip(others, spellings, strict=True)
    ]
    assert types_of(at_once(completions)) == {"NoneType": 1, "EmailTaken": 2}
    assert account_of(ANOTHER)


@pytest.mark.parametrize("_", range(5))
def test_of_a_completion_and_a_sign_up_one_gets_the_address(ada: Owner, mailbox: Mailbox, _: int) -> None:
    link = link_to(ada, mailbox)
    outcomes = at_once([completing(ada, link), creating_with(ANOTHER)])
    assert types_of(outcomes) in ({"NoneType": 1, "EmailTaken": 1}, {"EmailTaken": 1, "Created": 1})
    assert (account_of(ANOTHER)["_id"] == library.accounts_of(ada.id)[0]) is (outcomes[0] is None)


@pytest.mark.parametrize("_", range(10))
def test_nobody_signs_up_with_an_address_while_it_is_given_up(
    ada: Owner, mailbox: Mailbox, databases: Databases, _: int
) -> None:
    link = link_to(ada, mailbox)
    sign_ups = [creating_with(ada.email, f"Stranger {number}") for number in range(3)]
    outcomes = at_once([completing(ada, link), *sign_ups])
    assert types_of(outcomes) == {"NoneType": 1, "EmailTaken": 3}
    assert held(databases) == [ada.email]


@pytest.mark.parametrize(
    "moment", [(accounts, "find_by_email"), (email_holds, "check"), (accounts, "insert")]
)
def test_sign_up_that_has_found_neither_account_nor_hold_gets_no_address_that_is_given_up_meanwhile(
    ada: Owner,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    moment: tuple[object, str],
) -> None:
    """The change is committed between the looks of the sign-up, or within its transaction."""
    complete = completing(ada, link_to(ada, mailbox))
    monkeypatch.setattr(accounts, "find_by_email", lambda email: None)
    once_before(monkeypatch, *moment, complete)
    with pytest.raises(EmailTaken):
        creating_with(ada.email)()
    assert accounts.accounts().find_one({"email": ANOTHER}) is not None


def test_transaction_that_looks_before_the_change_and_writes_after_it_gets_no_address(
    ada: Owner, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its snapshot shows neither the hold nor that the account has another address."""
    complete = completing(ada, link_to(ada, mailbox))
    creation = creating_with(ada.email)
    monkeypatch.setattr(accounts, "find_by_email", lambda email: None)
    check = email_holds.check
    looks: list[object] = []

    def look_and_be_overtaken(email: str, account_id: str | None = None, session: object = None) -> None:
        check(email, account_id, session)  # type: ignore[arg-type]
        looks.append(session)
        if len(looks) == 2:  # the one within the sign-up's transaction
            monkeypatch.setattr(email_holds, "check", check)
            complete()

    monkeypatch.setattr(email_holds, "check", look_and_be_overtaken)
    with pytest.raises(EmailTaken):
        creation()
    assert [look is None for look in looks] == [True, False]
    assert accounts.accounts().find_one({"email": ANOTHER}) is not None


@pytest.mark.parametrize("_", range(5))
def test_undoing_and_the_next_change_at_once_end_at_the_earlier_address(
    ada: Owner, mailbox: Mailbox, databases: Databases, _: int
) -> None:
    token = change(ada, mailbox)
    back, link = mailbox.token(ada.email), link_to(ada, mailbox, THIRD, token)
    caller = library.identity(account_of(ANOTHER)["_id"])
    undone, completed = at_once(
        [partial(email_change.undo, back), partial(email_change.complete, caller, link)]
    )
    assert undone is None
    assert completed is None or isinstance(completed, LinkNotFound)
    assert account_of(ada.email)["_id"] == caller.account_id
    assert held(databases) == []
    for address in (ANOTHER, THIRD):
        assert sign_up_with(ada.service, address, address).status == 201


@pytest.mark.parametrize("_", range(5))
def test_of_two_ways_back_at_once_the_earlier_address_has_the_account(
    ada: Owner, mailbox: Mailbox, _: int
) -> None:
    second = change(ada, mailbox, ANOTHER)
    change(ada, mailbox, THIRD, second)
    backs = [mailbox.token(address) for address in (ada.email, ANOTHER)]
    outcomes = at_once([partial(email_change.undo, back) for back in backs])
    assert outcomes[0] is None
    assert outcomes[1] is None or isinstance(outcomes[1], LinkNotFound)
    assert account_of(ada.email)


@pytest.mark.parametrize("account_is", ["gone", "logged out everywhere"])
def test_completion_whose_account_is_overtaken_changes_nothing(
    ada: Owner, mailbox: Mailbox, databases: Databases, account_is: str
) -> None:
    complete = completing(ada, link_to(ada, mailbox))
    account = account_of(ada.email)
    if account_is == "gone":
        databases.master["members"].delete_many({})
        databases.master["organizations"].delete_many({})
        databases.tenants.drop_collection("org_alpha")
        databases.master["accounts"].delete_one({"_id": account["_id"]})
    else:
        assert ada.service.post("/logout/everywhere", token=ada.token).status == 204
    before = databases.fingerprint()
    with pytest.raises(LinkNotFound):
        complete()
    assert databases.fingerprint() == before
