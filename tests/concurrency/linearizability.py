"""Whether a concurrent history has an order that a sequential model explains (Wing & Gong 1993, Lowe 2017).

Every call takes effect at one instant between its invocation and its response; one without a response takes
effect at some instant after its invocation, or never. The checker goes through the history in time and keeps
every configuration that is possible: the model's state, and which pending calls have taken effect already.
Calls take effect just in time, when the response of one demands it, and calls that only observe as soon as
they can, so the configurations stay few.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Call[State: Hashable]:
    """One call of a history.

    Parameters
    ----------
    step
        Returns the state after the call, or None if the call cannot have had its outcome in this state.
    invoked, responded
        When, on one clock; `responded` is None if the outcome is unknown.
    observes
        Whether the call never changes the state.
    description
        What to show of the call.
    """

    step: Callable[[State], State | None]
    invoked: int
    responded: int | None
    observes: bool = False
    description: Any = None


type Configuration[State: Hashable] = tuple[State, frozenset[Call[State]]]


def contradiction[State: Hashable](initial: State, calls: Iterable[Call[State]]) -> str | None:
    """Return why no order explains the calls, or None if one does."""
    configurations: set[Configuration[State]] = {(initial, frozenset())}
    pending: set[Call[State]] = set()
    for call, is_response in _events(calls):
        if not is_response:
            pending.add(call)
            continue
        explained = _explain(call, configurations, pending)
        if not explained:
            states = "; ".join(sorted({str(state) for state, _ in configurations}))
            meanwhile = "; ".join(str(concurrent.description) for concurrent in pending - {call})
            return f"{call.description} in any of the states: {states}. At the same time: {meanwhile}"
        pending.remove(call)
        configurations = explained
    return None


def _events[State: Hashable](calls: Iterable[Call[State]]) -> list[tuple[Call[State], bool]]:
    """Return invocations (False) and responses (True) in order; at equal times calls overlap."""
    events = [(call.invoked, False, call) for call in calls]
    events += [(call.responded, True, call) for _, _, call in events if call.responded is not None]
    return [(call, is_response) for _, is_response, call in sorted(events, key=lambda event: event[:2])]


def _explain[State: Hashable](
    call: Call[State], configurations: set[Configuration[State]], pending: set[Call[State]]
) -> set[Configuration[State]]:
    """Return the configurations in which the call has taken effect, after as many others as need be."""
    explained = set()
    seen = {_observed(configuration, pending) for configuration in configurations}
    to_do = list(seen)
    while to_do:
        state, done = to_do.pop()
        if call in done:
            explained.add((state, done - {call}))
            continue
        for candidate in pending - done:
            if (after := candidate.step(state)) is not None:
                configuration = _observed((after, done | {candidate}), pending)
                if configuration not in seen:
                    seen.add(configuration)
                    to_do.append(configuration)
    return explained


def _observed[State: Hashable](
    configuration: Configuration[State], pending: set[Call[State]]
) -> Configuration[State]:
    """Let the observing calls take effect that can; none would leave anything to others by waiting."""
    state, done = configuration
    waiting = pending - done
    return state, done.union(call for call in waiting if call.observes and call.step(state) is not None)
