"""Roll-outs: the same change of many tenants' collections, as the master database has it.

A roll-out is current from its beginning until it is undone. Which organizations have it, is noted in their
own documents (`tenantry.registry.organizations.rolled_out`), so its progress is what these say, and an
organization that appears in whatever way lacks it until it has such a note.
"""

from datetime import datetime, timedelta
from typing import Any, Final, Literal, NotRequired, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from tenantry.registry.organizations.document import Kind
from tenantry.runtime import moments, mongodb

MAX_CURRENT: Final = 50  # each leaves a note in every organization, which all requests read

State = Literal["running", "paused", "finished", "undoing", "undone"]
PausedBy = Literal["operator", "canary", "failures"]
CURRENT: Final[tuple[State, ...]] = ("running", "paused", "finished")
WORKING: Final[tuple[State, ...]] = ("running", "finished")  # a finished one reaches who comes later


class RolledOutIndex(TypedDict):
    """An index that every organization gets; `keys` are fields, each with 1 or -1."""

    name: str
    keys: list[tuple[str, int]]
    unique: bool
    partial: bool


class RolledOutValidator(TypedDict):
    """A validator that every organization's own collection gets.

    `rule` is MongoDB's query as Extended JSON, for its keys would be operators elsewhere in a document.
    """

    rule: str
    level: Literal["off", "strict", "moderate"]
    action: Literal["error", "warn"]


class Canary(TypedDict):
    """The organizations that come first: so many, or those with these ids.

    The roll-out pauses behind them, or if `is_checked`, only if one of them has failed or drifted.
    """

    organizations: int | list[str]
    is_checked: bool


class Selection(TypedDict):
    """Which organizations get it: all that meet each condition that is not None."""

    ids: list[str] | None
    kind: Kind | None
    cluster: str | None
    plan: str | None
    prefix: str | None


class Definition(TypedDict):
    """What a roll-out does.

    `function` is the name of a Python function that changes documents, as ``module:function``; the command
    line alone runs it.
    """

    indexes: list[RolledOutIndex]
    validator: RolledOutValidator | None
    function: str | None
    organizations: Selection
    canary: Canary | None
    parallel: int
    max_failures: int


class PoolDocument(TypedDict):
    """A pool that has the indexes of a roll-out, or is about to; they are reserved on its cluster."""

    cluster: str
    pool: str


class RolloutDocument(TypedDict):
    """A roll-out as it is stored; `_id` is its name, which is never used again.

    `reserves` are names that no other roll-out may have: its own, and until it is undone those of its indexes
    and its place among all that were ever begun. Only the process that has the lease works on it;
    `per_second` is how many organizations that did at last, `remaining` how many it expected, and
    `checked_at` when somebody has looked who lacks a finished one.
    """

    _id: str
    definition: Definition
    state: State
    paused_by: PausedBy | None
    is_canary_passed: bool
    reserves: list[str]
    pools: list[PoolDocument]
    holder: str | None
    leased_until: datetime
    per_second: float
    remaining: NotRequired[int]
    checked_at: NotRequired[datetime]
    started_at: datetime
    changed_at: datetime


class RolloutExists(Exception):
    """Another roll-out has this name or place, or an index of the same name; nothing changed."""


def rollouts() -> Collection[RolloutDocument]:
    """Return the master's collection of roll-outs."""
    return mongodb.collection("rollouts")


def find(name: str) -> RolloutDocument | None:
    """Return a roll-out."""
    return rollouts().find_one({"_id": name})


def count() -> int:
    """Count all roll-outs that were ever begun."""
    return rollouts().count_documents({})


def is_index_reserved(definition: Definition) -> bool:
    """Tell whether a roll-out that is not undone has an index of a name that another one would make."""
    return rollouts().find_one({"reserves": {"$in": _index_reserves(definition)}}, {"_id": 1}) is not None


def find_all() -> list[RolloutDocument]:
    """Return all roll-outs, in the order in which they were begun."""
    return list(rollouts().find().sort([("started_at", 1), ("_id", 1)]))


def find_current(session: ClientSession | None = None) -> list[RolloutDocument]:
    """Return those that are current, in the order in which they were begun."""
    current = rollouts().find({"state": {"$in": list(CURRENT)}}, session=session)
    return list(current.sort([("started_at", 1), ("_id", 1)]))


def find_not_undone(limit: int) -> list[RolloutDocument]:
    """Return those of which something is left, in the order in which they were begun."""
    states: list[State] = [*CURRENT, "undoing"]
    not_undone = rollouts().find({"state": {"$in": states}})
    return list(not_undone.sort([("started_at", 1), ("_id", 1)]).limit(limit))


def find_among(names: list[str]) -> list[RolloutDocument]:
    """Return those that have some names, in the order in which they were begun."""
    return list(rollouts().find({"_id": {"$in": names}}).sort([("started_at", 1), ("_id", 1)]))


def index_names(definition: Definition) -> list[str]:
    """Return the names of the indexes of a roll-out."""
    return [index["name"] for index in definition["indexes"]]


def reserved_once_undone(name: str) -> list[str]:
    """Return what a roll-out reserves when it is undone."""
    return [f"rollout {name}"]


def reaches_everybody(rollout: RolloutDocument) -> bool:
    """Tell whether organizations that are created get a roll-out, which is past its canary."""
    return rollout["state"] in WORKING and rollout["is_canary_passed"]


def _index_reserves(definition: Definition) -> list[str]:
    return [f"index {index}" for index in index_names(definition)]


def insert(name: str, definition: Definition, place: int, session: ClientSession) -> None:
    """Begin a roll-out within a transaction.

    Parameters
    ----------
    name, definition, session
        Under which name, what it does, and the transaction.
    place : int
        From `count`, before it was checked that the roll-out goes together with the current ones. If another
        one has begun since, it has the place.

    Raises
    ------
    RolloutExists
        The transaction is aborted.
    """
    now = moments.now()
    begun: RolloutDocument = {
        "_id": name,
        "definition": definition,
        "state": "running",
        "paused_by": None,
        "is_canary_passed": definition["canary"] is None,
        "reserves": [*reserved_once_undone(name), f"place {place}", *_index_reserves(definition)],
        "pools": [],
        "holder": None,
        "leased_until": now,
        "per_second": 0.0,
        "started_at": now,
        "changed_at": now,
    }
    try:
        rollouts().insert_one(begun, session=session)
    except DuplicateKeyError:
        raise RolloutExists from None


def change(
    name: str, states: tuple[State, ...], changes: dict[str, Any], session: ClientSession | None = None
) -> bool:
    """Change a roll-out that is in one of some states; tell whether it was."""
    changed = rollouts().update_one(
        {"_id": name, "state": {"$in": list(states)}},
        {"$set": changes | {"changed_at": moments.now()}},
        session=session,
    )
    return changed.matched_count == 1


def is_to_be_checked(rollout: RolloutDocument, every: timedelta) -> bool:
    """Tell whether to look for organizations that lack a finished roll-out; not too often."""
    now = moments.now()
    due = {
        "_id": rollout["_id"],
        "$or": [{"checked_at": {"$exists": False}}, {"checked_at": {"$lt": now - every}}],
    }
    return rollouts().update_one(due, {"$set": {"checked_at": now}}).matched_count == 1


def let_be_checked(names: list[str], session: ClientSession) -> None:
    """Let the next run look for organizations that lack some roll-outs, however short ago one has looked."""
    rollouts().update_many({"_id": {"$in": names}}, {"$unset": {"checked_at": ""}}, session=session)
