"""The work on a roll-out: organization by organization, several at a time, by one process that has its lease.

What is done is noted in each organization, so whoever goes on after a kill begins with those that lack it.
Each organization is begun only if the roll-out still is as it should be, so a pause takes effect within one.
"""

import contextvars
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from pymongo.errors import PyMongoError

from tenantry.lifecycle.rollouts import pools, tenant, undoing
from tenantry.lifecycle.rollouts.errors import RolloutBusy, RolloutLost
from tenantry.lifecycle.rollouts.tenant import ChangeDocuments, Outcome
from tenantry.registry import rollout_leases, rollouts
from tenantry.registry.organizations import rolled_out
from tenantry.registry.rollouts import RolloutDocument, State
from tenantry.runtime import ids

PAGE: Final = 100  # organizations that are looked up at once
RENEWAL_SECONDS: Final = 5  # a sixth of the lease
BUSY_PAUSE_SECONDS: Final = 0.2  # before those are looked at again that were changing

HasTime = Callable[[], bool]
Advance = Callable[[int, int], None]  # organizations done and failed by this process, and those to come


@dataclass(frozen=True, slots=True)
class Means:
    """What a process can spend on a roll-out.

    Parameters
    ----------
    has_time : callable
        Tells whether there is time for another organization.
    seconds : float
        How long one organization may take.
    advance : callable
        Told how far the work is.
    change_documents : callable, optional
        The roll-out's function, where it can be run.
    """

    has_time: HasTime
    seconds: float
    advance: Advance
    change_documents: ChangeDocuments | None = None


class Worker:
    """A process at work on a roll-out.

    Parameters
    ----------
    rollout : RolloutDocument
        Held by this process.
    means : Means
        What it can spend.
    states : tuple of str
        The roll-out is worked on only in these states.
    """

    def __init__(self, rollout: RolloutDocument, means: Means, states: tuple[State, ...]) -> None:
        self.rollout = rollout
        self.outcomes = Counter[Outcome]()
        self._means = means
        self._states = states
        self._name = rollout["_id"]
        self._holder = str(rollout["holder"])
        self._began = self._renewed_at = time.monotonic()
        self._failed_before = rolled_out.count(self._name, "failed")
        self._counting = threading.Lock()

    def apply_to(self, organizations: list[str], expected: int) -> None:
        """Do what the roll-out does in some organizations."""
        self._each(self._apply, organizations, expected)

    def undo_in(self, organizations: list[str], expected: int) -> None:
        """Take back what the roll-out has made in some organizations."""
        self._each(self._undo, organizations, expected)

    def drop_from_pools(self) -> None:
        """Take back what the roll-out has made in pools."""
        for pool in (rollouts.find(self._name) or self.rollout)["pools"]:
            pools.drop(self.rollout, pool)

    def may_go_on(self) -> bool:
        """Tell whether there is time, and the roll-out still is to be worked on by this process."""
        is_held = rollout_leases.is_held(self._name, self._holder, self._states)
        return is_held and self._means.has_time() and not self.has_failed_too_often()

    def has_failed_too_often(self) -> bool:
        """Tell whether the roll-out has failed as often as it may before it pauses."""
        failed = self._failed_before + self.outcomes["failed"]
        return failed >= self.rollout["definition"]["max_failures"]

    def _apply(self, organization_id: str) -> Outcome:
        means = self._means
        return tenant.apply(self.rollout, organization_id, means.seconds, means.change_documents)

    def _undo(self, organization_id: str) -> Outcome:
        return undoing.undo(self.rollout, organization_id, self._means.seconds)

    def _each(self, work: Callable[[str], Outcome], organizations: list[str], expected: int) -> None:
        with ThreadPoolExecutor(self.rollout["definition"]["parallel"]) as threads:
            # Each with the context of this thread, which says on whose behalf it works.
            waiting = {
                threads.submit(contextvars.copy_context().run, self._attempt, work, organization)
                for organization in organizations
            }
            try:
                while waiting:
                    done, waiting = wait(waiting, RENEWAL_SECONDS, FIRST_COMPLETED)
                    for future in done:
                        future.result()
                    self._means.advance(self._over, expected)
                    self._renew(expected)
            finally:
                threads.shutdown(cancel_futures=True)

    def _attempt(self, work: Callable[[str], Outcome], organization_id: str) -> None:
        if self.may_go_on():
            outcome = work(organization_id)
            with self._counting:
                self.outcomes[outcome] += 1

    @property
    def _over(self) -> int:
        return self.outcomes["done"] + self.outcomes["failed"]

    def _renew(self, expected: int) -> None:
        now = time.monotonic()
        if now < self._renewed_at + RENEWAL_SECONDS:
            return
        self._renewed_at = now
        pace = self._over / (now - self._began)
        progress = {"per_second": pace, "remaining": max(expected - self._over, 0)}
        if not rollout_leases.keep(self._name, self._holder, progress):
            raise RolloutLost


@contextmanager
def held(name: str, means: Means, states: tuple[State, ...]) -> Iterator[Worker]:
    """Work on a roll-out within a `with` block.

    Raises
    ------
    RolloutBusy
        Another process does, or it is in none of these states.
    RolloutLost
        From within the block: another process does by now.
    """
    rollout = rollout_leases.take(name, ids.random_id("roller"), states)
    if rollout is None:
        raise RolloutBusy
    try:
        yield Worker(rollout, means, states)
    finally:
        with suppress(PyMongoError):
            rollout_leases.release(name, str(rollout["holder"]))


def apply_to_pending(worker: Worker, among: list[str] | None = None, limit: int | None = None) -> bool:
    """Do what a roll-out does in all organizations that lack it; tell whether none is left.

    Parameters
    ----------
    worker : Worker
        At work on it.
    among : list of str, optional
        Only in these.
    limit : int, optional
        Only in so many.
    """
    remaining = rolled_out.count_pending(worker.rollout) if among is None else len(among)
    expected = min(remaining, limit) if limit is not None else remaining
    after, worked = "", 0
    while limit is None or worked < limit:
        size = PAGE if limit is None else min(PAGE, limit - worked)
        page = rolled_out.find_pending(worker.rollout, after, size, among)
        if not page:
            break
        if not worker.may_go_on():
            return False
        worker.apply_to(page, expected)
        after, worked = page[-1], worked + len(page)
    return not rolled_out.find_pending(worker.rollout, "", 1, among) or limit is not None


def undo_everywhere(worker: Worker) -> bool:
    """Take back all that a roll-out has made; tell whether nothing is left of it."""
    after = ""
    expected = rolled_out.count_noted(worker.rollout["_id"])
    while page := rolled_out.find_noted(worker.rollout["_id"], after, PAGE):
        if not worker.may_go_on():
            return False
        worker.undo_in(page, expected)
        after = page[-1]
    if rolled_out.find_noted(worker.rollout["_id"], "", 1):
        return False
    worker.drop_from_pools()
    return True
