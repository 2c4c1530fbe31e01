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
    """An organization; `identity` tells the one that was there at the start from its successors.

    `roles` has those of its members, and `offered_to` tells to whom its ownership is offered. `former_slugs`
    still name it, and `is_rolled_out` tells whether it has the index of the roll-out.
    """

    identity: Literal["alpha", "later"]
    name: str
    metadata: dict[str, Any]
    roles: dict[str, str]
    documents: dict[str, Document]
    offered_to: str | None = None
    invitations: dict[str, str] = field(default_factory=dict)  # states, by address
    former_slugs: set[str] = field(default_factory=set)
    is_rolled_out: bool = False

    @property
    def owners(self) -> frozenset[str]:
        return frozenset(person for person, role in self.roles.items() if role == "owner")


@dataclass
class Account:
    email: str
    password: str
    epoch: int
    is_verified: bool = False


@dataclass
class State:
    """Organizations by slug, accounts by their first address, and answers kept under idempotency keys.

    `kept` has deleted organizations that can be brought back, by the slugs that they had, unless `is_due`
    tells that their time is over. `rollout` is the state of the roll-out, if it is there.

    `holds` tells for which owners a slug is held. `records` counts the audit records of what has been done,
    by action and slugs. `sessions` has those that give access: whose they are, and whether to Alpha. `links`
    tells by purpose whose links work, and by address to which invitation, and `address_holds` for whom an
    address is held. `mails` counts those that wait, by kind and address, and `sent` has those that have been
    sent, once or twice.
    """

    organizations: dict[str, Organization]
    accounts: dict[str, Account]
    kept: dict[str, Organization] = field(default_factory=dict)
    holds: dict[str, frozenset[str]] = field(default_factory=dict)
    records: Counter[tuple[str, ...]] = field(default_factory=Counter)
    sessions: dict[str, tuple[str, bool]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    address_holds: dict[str, str] = field(default_factory=dict)
    mails: Counter[tuple[str, str]] = field(default_factory=Counter)
    sent: set[tuple[str, str]] = field(default_factory=set)
    rollout: Literal["begun", "paused", "undoing", "undone"] | None = None
    is_due: bool = field(default=False, compare=False)
    answers: dict[str, Any] = field(default_factory=dict, compare=False)

    def named(self) -> Iterator[tuple[str, Organization]]:
        """Return the organizations that slugs name, those that were left among them."""
        for slug, organization in self.organizations.items():
            for each in (slug, *organization.former_slugs):
                yield each, organization

    def is_taken(self, slug: str, by: str) -> bool:
        """Tell whether an owner cannot have a slug."""
        return slug in dict(self.named()) or by not in self.holds.get(slug, {by})

    def alpha(self) -> tuple[str, Organization]:
        """Return slug and organization of the one that was there at the start."""
        for slug, organization in self.organizations.items():
            if organization.identity == "alpha":
                return slug, organization
        raise Refused("gone")

    def end(self, slug: str, organization: Organization) -> None:
        """Let an organization be deleted, with what opens it."""
        del self.organizations[slug]
        self.end_sessions_in_alpha(*organization.roles)
        for held in (slug, *organization.former_slugs):
            self.holds[held] = organization.owners
        for person in organization.invitations:
            self.links.pop(person, None)
        self.records["organization.deleted", slug] += 1

    def has_address(self, email: str | None) -> bool:
        """Tell whether an account has an address."""
        return any(account.email == email for account in self.accounts.values())

    def revoke(self, person: str) -> None:
        """Let all die that an account has been given so far: its tokens, sessions and links."""
        self.accounts[person].epoch += 1
        self.sessions = {name: session for name, session in self.sessions.items() if session[0] != person}
        self.links = {purpose: owner for purpose, owner in self.links.items() if owner != person}

    def leave(self, person: str) -> None:
        """Let a person be no member of any organization."""
        for organization in self.organizations.values():
            organization.roles.pop(person, None)
            if organization.offered_to == person:
                organization.offered_to = None
        self.end_sessions_in_alpha(person)

    def end_sessions_in_alpha(self, *people: str) -> None:
        """Let the sessions of people in Alpha die."""
        self.sessions = {
            name: (person, is_in_alpha)
            for name, (person, is_in_alpha) in self.sessions.items()
            if person not in people or not is_in_alpha
        }


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
    may_have_happened: bool = False  # whatever the answer


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
    if event.answer == UNKNOWN or event.may_have_happened:
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
