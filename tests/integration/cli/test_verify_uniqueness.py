"""`tenantry verify` on a real server: what is there twice, and the indexes that keep it from being."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.cli.planted import Planted, rules, verify

INDEXES = [
    ("organizations", "slugs"),
    ("organizations", "collection"),
    ("accounts", "email"),
    ("members", "organization_account"),
]


@pytest.mark.parametrize(("collection", "index"), INDEXES)
def test_missing_index_is_found(collection: str, index: str, planted: Planted) -> None:
    planted.databases.master[collection].drop_index(index)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("unique-index", None)]
    assert collection in violations[0]["detail"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"unique": True, "sparse": True},
        {"unique": True, "partialFilterExpression": {"state": "active"}},
        {"unique": True, "collation": {"locale": "en", "strength": 2}},
    ],
)
def test_index_that_allows_equal_names_is_found(options: dict[str, Any], planted: Planted) -> None:
    planted.databases.master["organizations"].drop_index("slugs")
    planted.databases.master["organizations"].create_index("slugs", **options)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("unique-index", None)]


def test_collection_claimed_twice_is_found(planted: Planted) -> None:
    planted.databases.master["organizations"].drop_index("collection")
    planted.databases.tenants.drop_collection("org_beta")
    planted.change({"collection": "org_alpha"}, planted.beta)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [
        ("collection-claimed-once", "alpha"),
        ("collection-claimed-once", "beta"),
        ("collection-follows-slug", "beta"),
        ("unique-index", None),
    ]


def test_slug_claimed_twice_is_found(planted: Planted) -> None:
    planted.databases.master["organizations"].drop_index("slugs")
    planted.intend("renaming", "beta")
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [
        ("collection-claimed-once", "alpha"),
        ("collection-claimed-once", "beta"),
        ("intent-collection", "alpha"),
        ("slug-claimed-once", "alpha"),
        ("slug-claimed-once", "beta"),
        ("unique-index", None),
    ]


def test_slug_reserved_by_two_is_found(planted: Planted) -> None:
    planted.databases.master["organizations"].drop_index("slugs")
    planted.intend("renaming", "omega")
    planted.change({"slugs": ["beta", "omega"]}, planted.beta)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [
        ("slug-claimed-once", "alpha"),
        ("slug-claimed-once", "beta"),
        ("slugs-reserve", "beta"),
        ("unique-index", None),
    ]


def test_member_twice_is_found(planted: Planted) -> None:
    planted.databases.master["members"].drop_index("organization_account")
    planted.insert_member()
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("member-unique", "alpha")] * 2 + [("unique-index", None)]


def test_email_address_of_two_accounts_is_found(planted: Planted) -> None:
    planted.databases.master["accounts"].drop_index("email")
    planted.change_account({"email": "owner@beta.example"})
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [
        ("email-unique", "alpha"),
        ("email-unique", "beta"),
        ("unique-index", None),
    ]
    assert "owner@" not in json.dumps(violations)


@pytest.mark.parametrize("address", ["owner@beta.example", "Öwner@alpha.example", 1])
def test_address_that_is_not_the_accounts_is_found(address: Any, planted: Planted) -> None:
    planted.change_account({"address": "OWNER@alpha.example"})
    assert verify() == (0, [])
    planted.change_account({"address": address})
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("address-folds-to-email", "alpha")]


@pytest.mark.parametrize(
    "password_hash", [None, "", "$2b$12$" + "A" * 53, "$pbkdf2-sha256$4294967295$AAAA$" + "A" * 43]
)
def test_hash_that_is_never_verified_is_found(password_hash: Any, planted: Planted) -> None:
    planted.change_account({"password_hash": password_hash})
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("password-hash-verifiable", "alpha")]


@pytest.mark.parametrize("verified_at", [None, True, "2026-01-01", datetime(2020, 1, 1, tzinfo=UTC)])
def test_proof_of_an_address_from_before_the_account_is_found(verified_at: Any, planted: Planted) -> None:
    planted.change_account({"verified_at": datetime.now(UTC)})
    assert verify() == (0, [])
    planted.change_account({"verified_at": verified_at})
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("verified-while-it-existed", "alpha")]
