"""Which role may do what."""

from itertools import product
from typing import get_args

import pytest

from tenantry.identity.roles import (
    LEAST_ROLES,
    ROLES,
    SCOPES,
    Permission,
    Role,
    Scope,
    is_at_least,
    may_change,
    scopes_for,
)


def test_each_permission_has_a_least_role() -> None:
    assert list(LEAST_ROLES) == list(get_args(Permission))
    assert [ROLES.index(role) for role in LEAST_ROLES.values()] == sorted(
        ROLES.index(role) for role in LEAST_ROLES.values()
    )


@pytest.mark.parametrize(("role", "least"), list(product(ROLES, ROLES)))
def test_a_role_may_what_lower_ones_may(role: Role, least: Role) -> None:
    assert is_at_least(role, least) == (ROLES.index(role) >= ROLES.index(least))


@pytest.mark.parametrize("unknown", ["", "root", "Owner", "owner ", "view"])
@pytest.mark.parametrize("least", ROLES)
def test_what_is_no_role_may_nothing(unknown: str, least: Role) -> None:
    assert not is_at_least(unknown, least)


@pytest.mark.parametrize(
    ("role", "present", "wanted", "expected"),
    [
        ("owner", "viewer", "owner", True),
        ("owner", "owner", "viewer", True),
        ("admin", "viewer", "admin", True),
        ("admin", "admin", "viewer", True),
        ("admin", "viewer", "owner", False),
        ("admin", "owner", "viewer", False),
        ("admin", "owner", "owner", False),
        ("editor", "viewer", "editor", True),
        ("editor", "viewer", "admin", False),
        ("viewer", "viewer", "editor", False),
    ],
)
def test_nobody_gives_more_than_it_has(role: Role, present: Role, wanted: Role, expected: bool) -> None:
    assert may_change(role, present, wanted) == expected


def test_a_key_may_nothing_that_its_maker_may_not() -> None:
    assert list(SCOPES) == list(get_args(Scope))
    for permitted in SCOPES.values():
        assert all(is_at_least(LEAST_ROLES["manage keys"], LEAST_ROLES[each]) for each in permitted)


def test_keys_are_for_data_and_never_for_people_keys_or_the_organization() -> None:
    assert {permission: scopes_for(permission) for permission in LEAST_ROLES if scopes_for(permission)} == {
        "read documents": ["documents:read", "documents:write"],
        "write documents": ["documents:write"],
        "read indexes": ["indexes"],
        "change indexes": ["indexes"],
        "read the audit record": ["audit:read"],
    }
