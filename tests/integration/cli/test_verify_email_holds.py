"""`tenantry verify` on a real server: addresses that are held for accounts that gave them up."""

from datetime import timedelta
from typing import Any

import pytest

from tenantry.runtime import moments
from tests.integration.cli.planted import Planted, verify
from tests.support.owners import email_of

LATER, BEFORE = timedelta(days=1), timedelta(seconds=-1)


def hold(planted: Planted, email: str, account_id: Any, ends_after: timedelta = LATER) -> None:
    planted.databases.master["email_holds"].insert_one(
        {
            "_id": email,
            "address": email,
            "account_id": account_id,
            "auth_epoch": 0,
            "held_until": moments.now() + ends_after,
        }
    )


def violations() -> list[str]:
    status, found = verify()
    assert status == (1 if found else 0)
    assert "@" not in str(found)
    return [violation["rule"] for violation in found]


def test_hold_of_an_account_that_has_another_address_or_this_one_again_is_in_order(planted: Planted) -> None:
    account_id = planted.account(planted.alpha)["_id"]
    hold(planted, "earlier@alpha.example", account_id)
    hold(planted, email_of("Alpha"), account_id)
    assert violations() == []


@pytest.mark.parametrize("account_id", ["acct_gone", None])
def test_hold_without_account_is_found(planted: Planted, account_id: Any) -> None:
    hold(planted, "earlier@alpha.example", account_id)
    assert violations() == ["email-hold-of-an-account"]


def test_address_that_another_account_has_is_found(planted: Planted) -> None:
    hold(planted, email_of("Beta"), planted.account(planted.alpha)["_id"])
    assert violations() == ["email-hold-not-taken"]


def test_hold_that_has_ended_means_nothing(planted: Planted) -> None:
    hold(planted, email_of("Beta"), "acct_gone", BEFORE)
    assert violations() == []
