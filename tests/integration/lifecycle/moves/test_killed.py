"""Movers that are killed at any database command: somebody else goes on, and nobody sees a difference."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

import pytest
from pymongo import monitoring

from tenantry.errors import OrganizationNotFound
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.lifecycle.moves import cleaning, operations
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry.organizations.document import Kind
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.moves.places import AROUND, Places, move
from tests.support import library
from tests.support.fork_server import processes, replace_environment

EVERY: Final = int(os.environ.get("KILL_EVERY", "30"))
"""Of so many commands one is the last of its process; 1 for all."""

PAST: Final = datetime(2020, 1, 1, tzinfo=UTC)
DOCUMENTS = [{"_id": number, "key": number} for number in range(5)]

pytestmark = [pytest.mark.timeout(3000 / EVERY + 300), pytest.mark.own_databases]


class Killer(monitoring.CommandListener):
    """Kills the process when it is about to send its n-th command."""

    def __init__(self, number: int) -> None:
        self._remaining = number

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self._remaining -= 1
        if self._remaining == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


def be_mover(
    environment: dict[str, str], organization_id: str, target: tuple[str, Kind], number: int
) -> None:
    replace_environment(environment)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    monitoring.register(Killer(number))
    move(organization_id, *target)


@dataclass(frozen=True)
class Aftermath:
    """What there is after a kill, and what others do then."""

    places: Places
    member: Membership
    target: tuple[str, Kind]

    def pass_time(self) -> None:
        """Let the transactions of dead clients end, and leases run out."""
        for tenants in self.places.tenants.values():
            tenants.client.admin.command({"killAllSessions": []})
        master = self.places.databases.master
        master["moves"].update_many({"holder": {"$ne": None}}, {"$set": {"leased_until": PAST}})
        master["organizations"].update_many(
            {"move.paused_until": {"$ne": None}}, {"$set": {"move.paused_until": PAST}}
        )

    def use(self, documents: TenantCollection) -> None:
        """Do what a member does, and check that all is there."""
        assert documents.find({}) == DOCUMENTS
        documents.insert_one({"_id": "late"})
        documents.update_one({"_id": 0}, {"$set": {"key": "changed"}})
        documents.delete_one({"_id": 1})

    def check(self, documents: TenantCollection) -> None:
        """Check that what has been done stays, and that nothing else is left."""
        assert documents.find({}) == [{"_id": 0, "key": "changed"}, *DOCUMENTS[2:], {"_id": "late"}]
        assert [index["name"] for index in documents.list_indexes()] == ["_id_", "key_1"]
        self.places.check_nothing_is_left()

    def resume(self, documents: TenantCollection) -> None:
        operations.move(self.member.organization_id, *self.target, lambda: None, lambda *_: None)
        assert self.places.place_of(self.member.organization_id)[:2] == self.target
        self.check(documents)

    def cancel(self, documents: TenantCollection) -> None:
        operations.cancel(self.member.organization_id, lambda: None)
        self.check(documents)

    def delete(self, documents: TenantCollection) -> None:
        deleting.delete(self.member)
        with pytest.raises(OrganizationNotFound):
            documents.find({})
        heir = library.create("Google", f"heir-of-{self.member.organization_id}@example.com")
        assert TenantCollection(heir.organization_id).find({}) == []
        cleaning.remove_leftovers()
        assert reconcile(timedelta()).failed == []
        self.places.check_nothing_is_left()
        deleting.delete(heir)


CONTINUATIONS: Final[tuple[Callable[[Aftermath, TenantCollection], None], ...]] = (
    Aftermath.resume,
    Aftermath.cancel,
    Aftermath.delete,
)


@pytest.mark.usefixtures("free_names")
@pytest.mark.parametrize(
    ("start", "target"),
    list(zip([AROUND[-1], *AROUND[:-1]], AROUND, strict=True)),
    ids=str,
)
def test_mover_is_killed(start: tuple[str, Kind], target: tuple[str, Kind], places: Places) -> None:
    kills = 0
    for number in count(1, EVERY):
        member = library.create("Google", f"owner-{number}@google.example")
        documents = TenantCollection(member.organization_id)
        documents.insert_many(DOCUMENTS)
        documents.create_index([("key", 1)], unique=True)
        operations.move(member.organization_id, *start, lambda: None, lambda *_: None)
        arguments = (dict(os.environ), member.organization_id, target, number)
        mover = processes.Process(target=be_mover, args=arguments)
        mover.start()
        mover.join()
        is_killed = mover.exitcode == -signal.SIGKILL
        aftermath = Aftermath(places, member, target)
        aftermath.pass_time()
        aftermath.use(documents)
        CONTINUATIONS[kills % len(CONTINUATIONS)](aftermath, documents)
        deleting.delete(member)
        assert reconcile(timedelta()).failed == []
        if not is_killed:
            assert mover.exitcode == 0
            break
        kills += 1
    assert kills * EVERY > 40
