"""`tenantry verify` looks at links that were mailed."""

import secrets
from datetime import timedelta
from typing import Any

import pytest

from tenantry.identity import links
from tenantry.identity.links import LIFETIMES
from tenantry.runtime import moments
from tests.integration.cli.planted import Planted, violated_rules

GOOD: dict[str, Any] = {
    "mail_id": "mail_1",
    "purpose": "verify-email",
    "account_id": "acct_1",
    "auth_epoch": 0,
}


def plant(planted: Planted, **fields: Any) -> None:
    link = {"_id": secrets.token_bytes(32), "expires_at": moments.now() + timedelta(minutes=30)}
    planted.databases.master["links"].insert_one(link | GOOD | fields)


def test_links_that_are_mailed_are_right(planted: Planted) -> None:
    for purpose, lifetime in LIFETIMES.items():
        links.create("mail_1", purpose, {"account_id": "acct_1"}, moments.now() + lifetime)
    links.create("mail_1", "invitation", {"invitation_id": "inv_1"}, moments.now())
    links.create("mail_1", "reset-password", {"email": "ada@example.com"}, moments.now())
    assert violated_rules() == []


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"purpose": "transfer-money"}, "link-purpose"),
        ({"purpose": None}, "link-purpose"),
        ({"expires_at": moments.now() + timedelta(hours=2)}, "link-end"),
        ({"expires_at": None}, "link-end"),
        ({"_id": "a token"}, "link-token"),
        ({"_id": b"short"}, "link-token"),
        ({"token": "a token"}, "link-token"),
        ({"account_id": None}, "link-bound"),
    ],
)
def test_what_no_link_is_is_found(planted: Planted, fields: dict[str, Any], rule: str) -> None:
    plant(planted, **fields)
    assert violated_rules() == [rule]
