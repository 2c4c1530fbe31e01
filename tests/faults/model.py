"""What the operations mean without faults, one after the other: a history is right if this explains it."""

import copy
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.support.databases import Document


@dataclass(frozen=True)
class Answer:
    """How an operation ended: done, refused for good, or nobody knows."""

    kind: Literal["done", "refused", "unknown"]
    detail: Any = None
    organization_id: str = field(default="", compare=False)


@dataclass
class Organization:
    """An organization; `identity` tells the one that was there at the start from its successors."""

    identity: Literal["alpha", "later"]
    name: str
    metadata: dict[str, Any]
    owner: str
    documents: dict[str, Document]


@dataclass
class Account:
    """An account, which its first address tells from others; an empty password is one that nobody knows."""

    password: str
    epoch: int
    address: str = ""  # where it is not the first one


@dataclass
class State:
    """Organizations by slug, accounts by their first e-mail address, and answers kept under idempotency keys.

    `holds` tells for which owner a slug is held. `records` counts the audit records of what has been done, by
    action and slugs. `has_session` tells whether the session is there that `end-session` is about,
    `colleague` which role Alpha's other member has, None if it is none any more. `links` has the purposes of
    those that are there, `held_addresses` those that Alpha's owner gave up, and `mails` counts by their kinds
    those that wait.
    """

    organizations: dict[str, Organization]
    accounts: dict[str, Account]
    holds: dict[str, str] = field(default_factory=dict)
    records: Counter[tuple[str, ...]] = field(default_factory=Counter)
    has_session: bool = True
    colleague: str | None = "editor"
    links: set[str] = field(default_factory=set)
    held_addresses: set[str] = field(default_factory=set)
    mails: Counter[str] = field(default_factory=Counter)
    answers: dict[str, Any] = field(default_factory=dict, compare=False)

    def is_taken(self, slug: str, by: str) -> bool:
        """Tell whether an owner cannot have a slug."""
        return slug in self.organizations or self.holds.get(slug, by) != by

    def alpha(self) -> tuple[str, Organization]:
        """Return slug and organization of the one that was there at the start."""
        for slug, organization in self.organizations.items():
            if organization.identity == "alpha":
                return slug, organization
        raise Refused("gone")


class Refused(Exception):
    """The operation is answered with an error and changes nothing.

    Where several codes are right, which one it is depends on what was looked at first.
    """

    @property
    def answers(self) -> list[Answer]:
        return [Answer("refused", code) for code in self.args]


UNKNOWN = Answer("unknown")
Effect = Callable[[State], Any]


@dataclass(frozen=True)
class Event:
    """One operation of a history and its answer."""

    name: str
    effect: Effect = field(repr=False)
    answer: Answer


def explanations(state: State, history: Sequence[Event], floating: tuple[Event, ...] = ()) -> Iterator[State]:
    """Return the states that a history may end in, were every operation atomic.

    Parameters
    ----------
    state
        Where it starts.
    history
        What happened, in order; an operation of unknown outcome happened at some time after its start,
        or not at all.
    floating
        Operations of unknown outcome that have started and may happen from here on.
    """
    for index, event in enumerate(floating):
        after, _ = _applied(event, state)
        yield from explanations(after, history, floating[:index] + floating[index + 1 :])
    if not history:
        yield state
        return
    event, *later = history
    if event.answer == UNKNOWN:
        yield from explanations(state, later, (*floating, event))
        return
    after, answers = _applied(event, state)
    if event.answer in answers:
        yield from explanations(after, later, floating)


def _applied(event: Event, state: State) -> tuple[State, list[Answer]]:
    after = copy.deepcopy(state)
    try:
        return after, [Answer("done", event.effect(after))]
    except Refused as refused:
        return state, refused.answers
