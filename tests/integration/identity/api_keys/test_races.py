"""Keys that are made, rotated and revoked at the same moment as something else happens."""

from collections.abc import Callable
from functools import partial

import pytest
from pymongo.errors import PyMongoError

from tenantry.errors import (
    InvalidToken,
    KeyNotFound,
    LastSecret,
    LimitReached,
    OrganizationNotFound,
    RoleTooLow,
)
from tenantry.identity.api_keys import access, document, managing
from tenantry.identity.api_keys.document import api_keys
from tenantry.identity.api_keys.managing import NewKey
from tenantry.identity.memberships import changing
from tenantry.identity.memberships.changing import Conditions
from tenantry.lifecycle import deleting
from tests.support import library
from tests.support.colleagues import join
from tests.support.concurrency import at_once
from tests.support.databases import Databases

ROUNDS = range(3)
WANTED = NewKey("key", ["documents:write"])

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


def failures(*calls: Callable[[], object]) -> list[type | None]:
    results = at_once(calls)
    assert not [result for result in results if isinstance(result, PyMongoError)]
    return sorted((type(result) if isinstance(result, Exception) else None for result in results), key=str)


def test_of_many_who_want_the_last_key_one_gets_it(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = library.create("Google")
    monkeypatch.setattr(managing, "MAX_KEYS", 2)
    managing.create(owner, WANTED)
    failed = failures(*[partial(managing.create, owner, WANTED)] * 4)
    assert failed == sorted([None, *[LimitReached] * 3], key=str)
    assert api_keys().count_documents({}) == 2


@pytest.mark.parametrize("_", ROUNDS)
def test_of_two_rotations_at_once_one_happens(databases: Databases, _: int) -> None:
    owner = library.create("Google")
    key = managing.create(owner, WANTED).key
    failed = failures(*[partial(managing.add_secret, owner, key["_id"])] * 2)
    assert failed == sorted([None, LimitReached], key=str)


@pytest.mark.parametrize("_", ROUNDS)
def test_two_who_end_both_secrets_leave_one(databases: Databases, _: int) -> None:
    owner = library.create("Google")
    managing.create(owner, WANTED)
    (key,) = managing.list_all(owner.organization_id)
    managing.add_secret(owner, key["_id"])
    key = managing.find(owner.organization_id, key["_id"])
    ends = [
        partial(managing.end_secret, owner.organization_id, key["_id"], secret["id"])
        for secret in key["secrets"]
    ]
    assert failures(*ends) == sorted([None, LastSecret], key=str)


@pytest.mark.parametrize("_", ROUNDS)
def test_no_key_outlives_its_organization(databases: Databases, _: int) -> None:
    owner = library.create("Google")
    failed = failures(
        partial(deleting.delete, owner), *[partial(managing.create, owner, WANTED) for _ in range(2)]
    )
    assert set(failed) <= {None, OrganizationNotFound, InvalidToken}
    assert api_keys().count_documents({}) == 0


@pytest.mark.parametrize("_", ROUNDS)
def test_whoever_is_demoted_makes_no_key_afterwards(databases: Databases, _: int) -> None:
    """The demotion is answered while the key is being made; then there is none, or it was made before."""
    owner = library.create("Google")
    admin = library.membership(join(owner.organization_id, "admin").account_id, owner.organization_id)
    conditions = Conditions(holds=lambda _: True, has_recent_login=True)
    demote = partial(changing.change_role, owner, admin.member_id, "editor", conditions)
    assert set(failures(demote, partial(managing.create, admin, WANTED))) <= {None, RoleTooLow}
    before = api_keys().count_documents({})
    key = managing.create(owner, WANTED).key
    late = [partial(managing.create, admin, WANTED), partial(managing.add_secret, admin, key["_id"])]
    assert failures(*late) == [RoleTooLow, RoleTooLow]
    assert api_keys().count_documents({}) == before + 1


@pytest.mark.parametrize("_", ROUNDS)
def test_a_rotation_never_brings_a_revoked_key_back(databases: Databases, _: int) -> None:
    owner = library.create("Google")
    shown = managing.create(owner, WANTED)
    key_id = shown.key["_id"]
    revoke = partial(managing.revoke, owner.organization_id, key_id)
    assert set(failures(revoke, partial(managing.add_secret, owner, key_id))) <= {None, KeyNotFound}
    assert document.api_keys().count_documents({}) == 0
    with pytest.raises(InvalidToken):
        access.authenticate(shown.text)
