"""What holds for each move of an organization's documents to another place."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo.client_session import ClientSession

from cli.checks.documents import Documents
from cli.checks.organization_facts import cluster_of
from cli.connection import Databases, Document
from cli.violation import Violation, text_of

STANDSTILL: Final = timedelta(minutes=10)
"""Every minute the schedule continues each move that nothing works on.

Its first step waits for indexes that are being built, for 20 s at most.
"""

Place = tuple[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """One organization's move and the organization, either of which may be missing.

    Parameters
    ----------
    move, organization : Document or None
        As they are stored, at one moment.
    progressed_before : datetime
        A move whose last progress was before this moment stands still.
    """

    move: Document | None
    organization: Document | None
    progressed_before: datetime

    @property
    def noted(self) -> Any:
        """Id of the move that, as the organization says, keeps it from other changes."""
        return ((self.organization or {}).get("move") or {}).get("id")


def progresses(facts: Facts) -> str | None:
    """Check that the move has made progress lately."""
    if facts.move is None:
        return None
    since = facts.move.get("progressed_at")
    if isinstance(since, datetime) and since >= facts.progressed_before:
        return None
    when = since.isoformat() if isinstance(since, datetime) else "it began"
    return f"has come no further since {when}, in the phase {facts.move.get('phase')}"


def noted_while_it_lasts(facts: Facts) -> str | None:
    """Check that the organization names the move exactly as long as it keeps it from other changes."""
    move = facts.move
    if move is None or facts.noted not in {None, move["move_id"]}:
        return f"is over, but its organization still waits for {facts.noted}"
    is_noted = facts.noted is not None
    may_be_over = move["phase"] == "cleaning" and (
        move["leftover"]["kind"] == "pooled" or facts.organization is None
    )
    if is_noted or may_be_over:
        return None
    return f"is in the phase {move['phase']}, but its organization does not say so"


def leaves_other_places(facts: Facts) -> str | None:
    """Check that the organization is placed where the move says, and nowhere that the move will remove."""
    if facts.move is None or facts.organization is None:
        return None
    place = _place_of(facts.organization)
    if facts.move["phase"] == "cleaning":
        return (
            "is about to remove what its organization uses"
            if _place_of_side(facts.move["leftover"]) == place
            else None
        )
    return (
        "is from a place that its organization is not at"
        if _place_of_side(facts.move["source"]) != place
        else None
    )


def _place_of(organization: Document) -> Place:
    pool = organization.get("pool")
    kind, name = ("pooled", pool) if pool else ("collection", organization.get("collection"))
    return cluster_of(organization), kind, name


def _place_of_side(side: Document) -> Place:
    return side["cluster"], side["kind"], side["collection"]


RULES: Final[dict[str, Callable[[Facts], str | None]]] = {
    "move-progresses": progresses,
    "move-noted": noted_while_it_lasts,
    "move-leaves-other-places": leaves_other_places,
}


class Moves(Documents):
    """All moves, and all organizations that say that there is one.

    Parameters
    ----------
    databases : Databases
        Where they are.
    now : datetime
        The server's time.
    """

    name = "moves"

    def __init__(self, databases: Databases, now: datetime) -> None:
        super().__init__(databases)
        self._progressed_before = now - STANDSTILL

    def keys(self) -> Iterator[Any]:
        """Yield ids of organizations."""
        yield from super().keys()
        for organization in self._master["organizations"].find({"move": {"$ne": None}}, {"_id": 1}):
            if self._documents.find_one({"_id": organization["_id"]}, {"_id": 1}) is None:
                yield organization["_id"]

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with the moves of these organizations, which are read at one moment."""
        with self._master.client.start_session(snapshot=True) as session:
            moves = self._by_id("moves", keys, session)
            organizations = self._by_id("organizations", keys, session)
        return [
            _violation(key, facts, rule, detail)
            for key in keys
            for facts in [Facts(moves.get(key), organizations.get(key), self._progressed_before)]
            if facts.move is not None or facts.noted is not None
            for rule, check in RULES.items()
            if (detail := check(facts))
        ]

    def _by_id(self, collection: str, ids: Sequence[Any], session: ClientSession) -> dict[Any, Document]:
        documents = self._master[collection].find({"_id": {"$in": list(ids)}}, session=session)
        return {document["_id"]: document for document in documents}


def _violation(key: Any, facts: Facts, rule: str, detail: str) -> Violation:
    organization = facts.organization or {}
    move_id = facts.noted if facts.move is None else facts.move["move_id"]
    return Violation(
        rule,
        f"move {move_id} {detail}",
        key=key,
        organization_id=text_of(key),
        slug=text_of(organization.get("slug")),
        version=repr(organization.get("version")),
    )
