"""Members are changed at the same moment: an organization always has an owner, and all count once."""

from collections.abc import Callable
from functools import partial

import pytest

from tenantry.errors import (
    AlreadyMember,
    InvalidToken,
    LastOwner,
    LimitReached,
    MemberNotFound,
    OrganizationNotFound,
    RoleTooLow,
    TransferNotFound,
)
from tenantry.identity.members import Membership
from tenantry.identity.memberships import changing, joining, ownership
from tenantry.identity.memberships.changing import Conditions
from tenantry.identity.roles import Role
from tenantry.lifecycle import deleting
from tenantry.runtime import mongodb
from tests.support import library
from tests.support.colleagues import join
from tests.support.concurrency import at_once
from tests.support.databases import Databases

ROUNDS = range(3)
CONDITIONS = Conditions(holds=lambda _: True, has_recent_login=True)

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


def joined(organization: Membership, role: Role) -> Membership:
    colleague = join(organization.organization_id, role)
    return library.membership(colleague.account_id, organization.organization_id)


def demotion(by: Membership, member: Membership, role: Role = "admin") -> Callable[[], object]:
    return partial(changing.change_role, by, member.member_id, role, CONDITIONS)


def removal(by: Membership, member: Membership) -> Callable[[], object]:
    return partial(changing.remove, by, member.member_id, CONDITIONS)


def deletion(by: Membership) -> Callable[[], object]:
    return partial(deleting.delete, by)


def acceptance(by: Membership) -> Callable[[], object]:
    return partial(ownership.accept, by)


def failures(*calls: Callable[[], object]) -> list[type | None]:
    """Make calls at once; return by which exceptions they failed."""
    return [type(result) if isinstance(result, Exception) else None for result in at_once(calls)]


def roles_of(databases: Databases, organization: Membership) -> list[str]:
    stored = databases.master["members"].find({"organization_id": organization.organization_id})
    return sorted(member["role"] for member in stored)


@pytest.mark.parametrize("_", ROUNDS)
def test_of_two_owners_who_demote_each_other_one_stays(databases: Databases, _: int) -> None:
    first = library.create("Google")
    second = joined(first, "owner")
    failed = failures(demotion(first, second), demotion(second, first))
    assert sorted(map(str, failed)) == sorted(map(str, [None, RoleTooLow]))
    assert roles_of(databases, first) == ["admin", "owner"]


@pytest.mark.parametrize("_", ROUNDS)
def test_of_two_owners_who_remove_each_other_one_stays(databases: Databases, _: int) -> None:
    first = library.create("Google")
    second = joined(first, "owner")
    failed = failures(removal(first, second), removal(second, first))
    assert sorted(map(str, failed)) == sorted(map(str, [None, InvalidToken]))
    assert roles_of(databases, first) == ["owner"]


@pytest.mark.parametrize("_", ROUNDS)
@pytest.mark.parametrize("number", [2, 5])
def test_of_owners_who_all_leave_one_stays(databases: Databases, number: int, _: int) -> None:
    first = library.create("Google")
    owners = [first, *(joined(first, "owner") for _ in range(number - 1))]
    failed = failures(*(removal(owner, owner) for owner in owners))
    assert sorted(map(str, failed)) == sorted(map(str, [None] * (number - 1) + [LastOwner]))
    assert roles_of(databases, first) == ["owner"]


@pytest.mark.parametrize("_", ROUNDS)
def test_of_owners_of_whom_one_leaves_and_one_becomes_admin_one_stays(databases: Databases, _: int) -> None:
    first = library.create("Google")
    second = joined(first, "owner")
    failed = failures(removal(first, first), demotion(second, second))
    assert sorted(map(str, failed)) == sorted(map(str, [None, LastOwner]))
    assert roles_of(databases, first).count("owner") == 1


@pytest.mark.parametrize("_", ROUNDS)
def test_member_is_removed_once(databases: Databases, _: int) -> None:
    owner = library.create("Google")
    member = joined(owner, "editor")
    failed = failures(removal(owner, member), removal(member, member), removal(owner, member))
    assert failed.count(None) == 1
    assert set(failed) <= {None, MemberNotFound, InvalidToken}
    removed = {"action": {"$in": ["member.removed", "member.left"]}}
    assert databases.master["audit"].count_documents(removed) == 1
    account = databases.master["accounts"].find_one({"_id": member.account_id})
    assert account is not None
    assert "without_organization_since" in account


@pytest.mark.parametrize("_", ROUNDS)
def test_admins_who_demote_each_other_act_one_by_one(databases: Databases, _: int) -> None:
    owner = library.create("Google")
    first, second = joined(owner, "admin"), joined(owner, "admin")
    failed = failures(demotion(first, second, "viewer"), demotion(second, first, "viewer"))
    assert sorted(map(str, failed)) == sorted(map(str, [None, RoleTooLow]))
    assert roles_of(databases, owner) == ["admin", "owner", "viewer"]


@pytest.mark.parametrize("_", ROUNDS)
def test_acceptance_against_removal_of_who_accepts(databases: Databases, _: int) -> None:
    owner = library.create("Google")
    member, admin = joined(owner, "editor"), joined(owner, "admin")
    ownership.offer(owner, member.member_id)
    accepted, removed = failures(acceptance(member), removal(admin, member))
    assert (accepted, removed) in {(None, RoleTooLow), (TransferNotFound, None)}
    expected = ["admin", "admin", "owner"] if accepted is None else ["admin", "owner"]
    assert roles_of(databases, owner) == expected


@pytest.mark.parametrize("_", ROUNDS)
def test_acceptance_against_leaving_of_who_accepts(databases: Databases, _: int) -> None:
    owner = library.create("Google")
    member = joined(owner, "editor")
    ownership.offer(owner, member.member_id)
    accepted, left = failures(acceptance(member), removal(member, member))
    assert (accepted, left) in {(None, LastOwner), (TransferNotFound, None)}


@pytest.mark.parametrize("_", ROUNDS)
@pytest.mark.parametrize("take", [demotion, removal])
def test_acceptance_against_the_end_of_who_offers(
    databases: Databases, take: Callable[[Membership, Membership], Callable[[], object]], _: int
) -> None:
    owner = library.create("Google")
    other, member = joined(owner, "owner"), joined(owner, "editor")
    ownership.offer(owner, member.member_id)
    accepted, taken = failures(acceptance(member), take(other, owner))
    assert accepted in (None, TransferNotFound)
    assert taken is None
    assert roles_of(databases, owner).count("owner") == (2 if accepted is None else 1)


@pytest.mark.parametrize("_", ROUNDS)
def test_acceptance_against_leaving_of_the_only_owner(databases: Databases, _: int) -> None:
    owner = library.create("Google")
    member = joined(owner, "editor")
    ownership.offer(owner, member.member_id)
    accepted, left = failures(acceptance(member), removal(owner, owner))
    assert accepted is None
    assert left in (None, LastOwner)
    assert roles_of(databases, owner) == (["owner"] if left is None else ["admin", "owner"])


@pytest.mark.parametrize("_", ROUNDS)
def test_acceptance_against_withdrawal(databases: Databases, _: int) -> None:
    owner = library.create("Google")
    member = joined(owner, "viewer")
    ownership.offer(owner, member.member_id)
    accepted, withdrawn = failures(acceptance(member), partial(ownership.withdraw, owner))
    assert (accepted, withdrawn) in {(None, TransferNotFound), (TransferNotFound, None)}


@pytest.mark.parametrize("_", ROUNDS)
def test_two_owners_who_offer_at_once_make_one_offer(databases: Databases, _: int) -> None:
    first = library.create("Google")
    second, member = joined(first, "owner"), joined(first, "viewer")
    failed = failures(*(partial(ownership.offer, owner, member.member_id) for owner in (first, second)))
    assert failed.count(None) == 1
    assert databases.master["members"].count_documents({"ownership_offer": {"$exists": True}}) == 1


@pytest.mark.parametrize("_", ROUNDS)
@pytest.mark.parametrize("change", ["demotion", "removal", "leaving", "acceptance", "joining"])
def test_deletion_of_the_organization_against_any_change(databases: Databases, change: str, _: int) -> None:
    owner = library.create("Google")
    other, member = joined(owner, "owner"), joined(owner, "editor")
    outsider = library.create("Beta")
    ownership.offer(owner, member.member_id)

    def add() -> None:
        mongodb.run_transaction(
            lambda session: joining.add(owner.organization_id, outsider.account_id, "admin", session)
        )

    calls = {
        "demotion": demotion(owner, other),
        "removal": removal(owner, member),
        "leaving": removal(other, other),
        "acceptance": acceptance(member),
        "joining": add,
    }
    deleted, changed = failures(deletion(owner), calls[change])
    assert deleted is None
    assert changed in (None, OrganizationNotFound, InvalidToken, MemberNotFound, TransferNotFound)
    assert roles_of(databases, owner) == []


@pytest.mark.parametrize("_", ROUNDS)
def test_many_who_join_at_once_are_no_more_than_there_may_be(databases: Databases, _: int) -> None:
    owner = library.create("Google")
    library.limit(owner.organization_id, members=4)
    failed = failures(*(partial(join, owner.organization_id, "viewer") for _ in range(6)))
    assert failed.count(None) == 3
    assert failed.count(LimitReached) == 3
    assert len(roles_of(databases, owner)) == 4


@pytest.mark.parametrize("_", ROUNDS)
def test_account_that_joins_twice_at_once_is_a_member_once(databases: Databases, _: int) -> None:
    owner, outsider = library.create("Google"), library.create("Beta")

    def add() -> None:
        mongodb.run_transaction(
            lambda session: joining.add(owner.organization_id, outsider.account_id, "viewer", session)
        )

    failed = failures(add, add, add)
    assert sorted(map(str, failed)) == sorted(map(str, [None, AlreadyMember, AlreadyMember]))


def test_everything_at_once_leaves_an_owner(databases: Databases) -> None:
    first = library.create("Google")
    people = [first, *(joined(first, role) for role in ("owner", "owner", "admin", "editor"))]

    def live(number: int) -> None:
        for step in range(25):
            by, member = people[number], people[(number + step) % len(people)]
            roles: tuple[Role, ...] = ("owner", "admin", "viewer")
            calls = (
                demotion(by, member, roles[step % 3]),
                partial(ownership.offer, by, member.member_id),
                acceptance(by),
                demotion(by, member, roles[(step + number) % 3]),
            )
            failed = failures(calls[step % 4])[0]
            assert failed is None or failed.__module__ == "tenantry.errors", failed
            assert "owner" in roles_of(databases, first)

    results = at_once([partial(live, number) for number in range(len(people))])
    assert [result for result in results if result is not None] == []
    assert len(roles_of(databases, first)) == len(people)
