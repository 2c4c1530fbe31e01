"""One case: an operation, a fault, what follows it, and the verdict."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Final
from uuid import UUID

import pymongo

from tenantry.lifecycle.reconciling import reconcile
from tenantry.runtime import clients
from tests.faults import people
from tests.faults.bench import Bench
from tests.faults.contending import COMING_AGAIN, RETURNING, contending
from tests.faults.faults import Fault, Hit, meets_equal_request
from tests.faults.invariants import assert_invariants
from tests.faults.mail_operations import SEND_MAIL, check_links
from tests.faults.model import UNKNOWN, Answer, Event, explanations
from tests.faults.operation import Operation
from tests.faults.operations import OPERATIONS
from tests.faults.receipt_operations import check_signed
from tests.support.databases import Document
from tests.support.intents import let_connections_end

_BLOCKED_SECONDS: Final = 0.5  # by a transaction whose client is gone
_PATIENT_ATTEMPTS: Final = 3  # for a machine so busy that the first ends in a timeout
_OVERTAKING_SECONDS: Final = 0.3  # then the overtaken operation goes on, for it may be in the way
_IN_FLIGHT: Final = Answer("refused", "request-in-flight")


class Case:
    """Runs an operation under a fault, then what follows, and judges the history and what is stored.

    Parameters
    ----------
    bench
        The server and the connections to it.
    operation
        Name of the operation under test.
    timeout_seconds
        How long the operation waits where the fault makes it wait.
    """

    def __init__(self, bench: Bench, operation: str, timeout_seconds: float = 0) -> None:
        self._bench = bench
        self._timeout_seconds = timeout_seconds
        self._operation = OPERATIONS[operation]
        self._fault: Fault | None = None
        bench.reap_transactions()  # of a case that ended early
        self._start = bench.world.renew(self._operation)

    def run(self, fault: Fault, index: int, continuation: str) -> None:
        """Let a fault hit the operation's command of this index, and go on after it."""
        self._fault = fault
        hit = Hit(self._bench, self._operation.name, index, self._start, self._timeout_seconds)
        answer = fault.hit(hit)
        assert (answer == _IN_FLIGHT) is meets_equal_request(fault, hit)
        history = _without_in_flight([self._event(self._operation, answer)])
        history += self._follow(continuation)
        if fault.ending is None and continuation == "retry" and self._operation.name != "undo-by-link":
            # A used link does not tell of which organization it was, whose next request completes it.
            assert_invariants(self._bench.databases)
        self._end_fault()
        self._judge([history])
        if self._operation.name == SEND_MAIL and continuation in {"retry", "reconcile"}:
            check_links(self._bench.sent)

    def run_overtaken(self, index: int, contender: str) -> None:
        """Let somebody else's requests run while the operation is about to send its command of this index."""
        running: Future[list[Event]]

        def overtake(_: int) -> None:
            nonlocal running
            running = pool.submit(self._overtake, contender)
            wait([running], _OVERTAKING_SECONDS)

        hit = Hit(self._bench, self._operation.name, index, self._start)
        with ThreadPoolExecutor() as pool, hit.at_command(overtake):
            overtaken = _without_in_flight([self._event(self._operation, hit.attempt())])
        overtaking = running.result()
        afterwards = self._follow(contender)
        positions = range(len(overtaking) + 1)
        self._judge([[*overtaking[:at], *overtaken, *overtaking[at:], *afterwards] for at in positions])
        sent = self._bench.sent.keys()
        assert len(sent) == len(set(sent)), "a mail was sent twice, though no sender was killed"

    def _overtake(self, contender: str) -> list[Event]:
        """Make somebody else's requests, once each; what is in their way may be in their way to the end."""
        history = [
            self._attempt(operation, clients.REQUEST_TIMEOUT_SECONDS)
            for operation in self._operations(contender)
        ]
        return _without_in_flight(history)

    def _follow(self, continuation: str) -> list[Event]:
        """Make the requests that follow; with no fault in the way each has a definite answer."""
        if continuation == "reconcile":
            self._reconcile()
            return []
        history: list[Event] = []
        for operation in self._operations(continuation):
            history += self._request(operation)
        return history

    def _operations(self, continuation: str) -> tuple[Operation, ...]:
        if continuation == "retry":
            return (self._operation,)
        return contending(self._operation.name)[continuation]

    def _request(self, operation: Operation) -> list[Event]:
        history = [self._attempt(operation, _BLOCKED_SECONDS)]
        while history[-1].answer in (UNKNOWN, _IN_FLIGHT):
            assert len(history) <= _PATIENT_ATTEMPTS, f"{operation.name} cannot be done any more"
            self._bench.reap_transactions()
            self._bench.world.let_time_pass()
            if operation in RETURNING:
                # Its name is free again once nothing can be on its way any more.
                self._end_fault()
                let_connections_end(self._bench.databases)
            history.append(self._attempt(operation, clients.REQUEST_TIMEOUT_SECONDS))
        return _without_in_flight(history)

    def _attempt(self, operation: Operation, timeout_seconds: float) -> Event:
        with pymongo.timeout(timeout_seconds):
            return self._event(operation, operation.attempt(self._start.authenticated))

    def _end_fault(self) -> None:
        """Let arrive what is still on its way."""
        if self._fault is not None and self._fault.ending is not None:
            self._fault.ending(self._bench)

    def _judge(self, histories: Sequence[Sequence[Event]]) -> None:
        """Check what is stored in the end, and that it has come about as one of the histories says."""
        databases = self._bench.databases
        self._reconcile()
        later = self._finish()
        assert_invariants(databases)
        check_signed()
        settled = self._organizations()
        assert reconcile(timedelta()).settled == []
        assert self._organizations() == settled
        stored = self._bench.world.state(self._start)
        begin = people.model()
        for operation in self._operation.before:
            operation.effect(begin)
        explained = [end for history in histories for end in explanations(begin, [*history, *later])]
        assert stored in explained, "\n".join(["stored:", repr(stored), "histories:", *map(repr, histories)])
        ids = {organization["_id"] for organization in settled[0]}
        for event in histories[0]:
            assert event.answer.organization_id in {"", *ids}, "the answer names no organization"

    def _finish(self) -> list[Event]:
        """Do what is left to do, as who comes again and again; only where that is what is judged."""
        return self._request(self._operation) if self._operation.name in COMING_AGAIN else []

    def _organizations(self) -> tuple[list[Document], dict[str, UUID]]:
        databases = self._bench.databases
        return list(databases.master["organizations"].find()), databases.collections()

    def _reconcile(self) -> None:
        """Run the reconciler, which comes minutes later."""
        self._bench.reap_transactions()
        self._bench.world.let_time_pass()
        assert reconcile(timedelta()).failed == []

    @staticmethod
    def _event(operation: Operation, answer: Answer) -> Event:
        may_have_happened = answer.kind == "refused" and answer.detail in operation.may_have_happened
        return Event(operation.name, operation.effect, answer, may_have_happened)


def _without_in_flight(history: list[Event]) -> list[Event]:
    """Leave out the requests that another one with the same key kept from doing anything."""
    return [event for event in history if event.answer != _IN_FLIGHT]
