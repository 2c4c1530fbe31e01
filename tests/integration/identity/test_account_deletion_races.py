"""Deletions of accounts against each other, logins, and whatever adds or removes members."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from pymongo.client_session import ClientSession

from tenantry.errors import InvalidCredentials, InvalidToken, LastOwner, SoleOwner, TenantryError
from tenantry.identity import (
    account_deletion,
    account_removal,
    accounts,
    members,
    password_change,
    sessions,
    unused_accounts,
)
from tenantry.identity.authentication import authenticate
from tenantry.identity.logins import login, switching
from tenantry.identity.memberships import joining, leaving, locking
from tenantry.identity.owners import ExistingAccount
from tenantry.identity.sessions import Identity
from tenantry.lifecycle import creating, deleting
from tenantry.runtime import mongodb
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD, Owner, sign_up, tokens
from tests.support.service import Service

ROUNDS = 4

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


def account_id_of(owner: Owner) -> str:
    account = accounts.find_by_email(owner.email)
    assert account is not None
    return account["_id"]


def caller_of(owner: Owner) -> Identity:
    return authenticate(owner.token)


@mongodb.in_transaction
def join(session: ClientSession, account_id: str, organization_id: str) -> None:
    joining.add(organization_id, account_id, "owner", session)


@mongodb.in_transaction
def leave(session: ClientSession, account_id: str, organization_id: str) -> None:
    """Remove an owner from an organization, as the members API does."""
    locking.lock(organization_id, session)
    member = members.members().find_one(
        {"organization_id": organization_id, "account_id": account_id}, session=session
    )
    assert member is not None
    leaving.remove(member, session)


@mongodb.in_transaction
def demote(session: ClientSession, account_id: str, organization_id: str) -> None:
    locking.lock(organization_id, session)
    members.members().update_one(
        {"organization_id": organization_id, "account_id": account_id},
        {"$set": {"role": "viewer"}},
        session=session,
    )
    locking.check_owned(organization_id, session)


def pair(service: Service, number: int) -> tuple[Owner, Owner]:
    """Sign up two accounts of which both own the organization of the first, and the second nothing else."""
    first, second = sign_up(service, f"Alpha {number}"), sign_up(service, f"Beta {number}")
    join(account_id_of(second), first.id)
    deleting.delete(library.membership(account_id_of(second), second.id))
    return first, second


def is_gone(owner: Owner) -> bool:
    return accounts.find_by_email(owner.email) is None


def test_of_deletions_of_one_account_at_once_one_succeeds(service: Service, databases: Databases) -> None:
    for number in range(ROUNDS):
        first, _ = pair(service, number)
        outcomes = at_once([partial(account_deletion.delete, caller_of(first))] * 4)
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, InvalidToken) for outcome in outcomes) == 3
    assert databases.master["audit"].count_documents({"action": "account.deleted"}) == ROUNDS


def test_of_two_owners_who_delete_their_accounts_at_once_one_stays(service: Service) -> None:
    for number in range(ROUNDS):
        first, second = pair(service, number)
        second_caller = library.identity(account_id_of(second), first.id)
        outcomes = at_once(
            [
                partial(account_deletion.delete, caller_of(first)),
                partial(account_deletion.delete, second_caller),
            ]
        )
        assert [type(outcome) for outcome in outcomes if outcome] == [SoleOwner]
        assert [is_gone(first), is_gone(second)] == [outcome is None for outcome in outcomes]


@pytest.mark.parametrize("event", [leave, demote])
def test_of_a_deletion_and_the_other_owners_going_at_once_one_is_refused(
    service: Service, event: Callable[[str, str], None]
) -> None:
    for number in range(ROUNDS):
        first, second = pair(service, number)
        outcomes = at_once(
            [
                partial(account_deletion.delete, caller_of(first)),
                partial(event, account_id_of(second), first.id),
            ]
        )
        (refused,) = [outcome for outcome in outcomes if outcome is not None]
        assert isinstance(refused, (SoleOwner, LastOwner))
        assert members.members().find_one({"organization_id": first.id, "role": "owner"}) is not None


def test_owner_who_is_made_one_in_the_midst_of_a_deletion_is_not_lost(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other owner hands over and goes: the account must not go as well."""
    first, second = pair(service, 0)
    demote(account_id_of(second), first.id)
    second_caller = library.identity(account_id_of(second), first.id)

    def hand_over() -> None:
        mongodb.run_transaction(promote)
        leave(account_id_of(first), first.id)

    def promote(session: ClientSession) -> None:
        locking.lock(first.id, session)
        members.members().update_one(
            {"organization_id": first.id, "account_id": account_id_of(second)},
            {"$set": {"role": "owner"}},
            session=session,
        )

    once_before(monkeypatch, account_removal, "remove", hand_over)
    with pytest.raises(SoleOwner):
        account_deletion.delete(second_caller)


def test_of_a_creation_and_a_deletion_at_once_one_is_refused(service: Service, databases: Databases) -> None:
    for number in range(ROUNDS):
        first, _ = pair(service, number)
        owner = ExistingAccount(account_id_of(first))
        wanted = library.wanted(f"Third {number}")
        created, deleted = at_once(
            [partial(creating.create, wanted, owner), partial(account_deletion.delete, caller_of(first))]
        )
        if deleted is None:
            assert isinstance(created, InvalidToken)
        else:
            assert isinstance(deleted, SoleOwner)
            assert not isinstance(created, Exception)


def test_of_joining_and_a_deletion_at_once_no_member_is_left_without_account(service: Service) -> None:
    for number in range(ROUNDS):
        first, _ = pair(service, number)
        other = sign_up(service, f"Gamma {number}")
        account_id = account_id_of(first)
        joined, deleted = at_once(
            [partial(join, account_id, other.id), partial(account_deletion.delete, caller_of(first))]
        )
        assert deleted is None
        assert joined is None or isinstance(joined, InvalidToken)
        assert members.members().find_one({"account_id": account_id}) is None


def test_of_logins_and_a_deletion_at_once_no_session_outlives_the_account(
    service: Service, databases: Databases
) -> None:
    for number in range(ROUNDS):
        first, _ = pair(service, number)
        account_id = account_id_of(first)
        log_in = partial(login.login, first.email, PASSWORD, None)
        outcomes = at_once([log_in, partial(account_deletion.delete, caller_of(first)), log_in])
        for outcome in (outcomes[0], outcomes[2]):
            if isinstance(outcome, Exception):
                assert isinstance(outcome, InvalidCredentials)
                continue
            assert service.get("/account", token=outcome.access_token).status == 401
        assert databases.master["sessions"].find_one({"account_id": account_id}) is None


def test_sessions_go_with_the_account_if_the_process_dies_after_the_commit(
    service: Service, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = pair(service, 0)
    account_id = account_id_of(first)

    def killed() -> None:
        raise ConnectionError

    once_before(monkeypatch, account_removal, "end_late_sessions", killed)
    with pytest.raises(ConnectionError):
        account_deletion.delete(caller_of(first))
    assert databases.master["sessions"].find_one({"account_id": account_id}) is None


@pytest.mark.parametrize("moment", [(sessions, "start"), (sessions, "identity")])
def test_login_that_a_deletion_overtakes_is_refused_and_leaves_no_session(
    service: Service, databases: Databases, monkeypatch: pytest.MonkeyPatch, moment: tuple[Any, str]
) -> None:
    first, _ = pair(service, 0)
    account_id, caller = account_id_of(first), caller_of(first)
    once_before(monkeypatch, *moment, partial(account_deletion.delete, caller))
    refused = service.post("/login", {"email": first.email, "password": PASSWORD})
    assert (refused.status, refused.code) == (401, "invalid-credentials")
    assert databases.master["sessions"].find_one({"account_id": account_id}) is None


def test_of_switches_refreshes_and_a_deletion_at_once_no_token_lives_on(
    service: Service, databases: Databases
) -> None:
    for number in range(ROUNDS):
        first, _ = pair(service, number)
        other = sign_up(service, f"Gamma {number}")
        join(account_id_of(first), other.id)
        given = tokens(service, first.email, first.id)["refresh_token"]
        switched, deleted, refreshed = at_once(
            [
                partial(switching.switch, given, other.id),
                partial(account_deletion.delete, caller_of(first)),
                partial(login.refresh, given),
            ]
        )
        assert deleted is None
        for outcome in (switched, refreshed):
            if isinstance(outcome, Exception):
                assert isinstance(outcome, TenantryError)
                continue
            assert service.get("/account", token=outcome.access_token).status == 401


def change_password(owner: Owner) -> None:
    password_change.change_password(caller_of(owner), PASSWORD, "another horse battery staple")


def log_out_everywhere(owner: Owner) -> None:
    login.log_out_everywhere(account_id_of(owner))


@pytest.mark.parametrize("event", [change_password, log_out_everywhere])
def test_token_that_is_revoked_in_the_midst_deletes_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch, event: Callable[[Owner], None]
) -> None:
    """As by an owner who notices a thief."""
    first, _ = pair(service, 0)
    once_before(monkeypatch, account_removal, "remove", partial(event, first))
    refused = service.delete("/account", token=first.token)
    assert (refused.status, refused.code) == (401, "invalid-token")
    assert not is_gone(first)


def test_unused_account_ends_with_its_sessions_and_links(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Alpha")
    account_id = account_id_of(owner)
    deleting.delete(library.membership(account_id, owner.id))
    tokens(service, owner.email)
    library.let_time_pass(account_id, unused_accounts.KEPT_FOR)
    caller = library.identity(account_id)
    ended, deleted = at_once(
        [lambda: list(unused_accounts.end_all()), partial(account_deletion.delete, caller)]
    )
    assert (ended, type(deleted)) in [([account_id], InvalidToken), ([], type(None))]
    assert databases.master["sessions"].find_one({"account_id": account_id}) is None
