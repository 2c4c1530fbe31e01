"""Listing organizations by what the operator asks for, page by page.

A page is a range of one index, in the index's order. What the index does not tell is asked of each
organization in the range. So that a condition which few organizations meet costs no more than one which all
of them meet, such a page ends after `EXAMINED_AT_ONCE` organizations: it may hold fewer than were asked for,
or none, and says where the next page begins.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from tenantry.errors import InvalidFields
from tenantry.language import cursors
from tenantry.language.paging import Page
from tenantry.language.sorting import Sort
from tenantry.registry.organizations import conditions
from tenantry.registry.organizations.document import Kind, State
from tenantry.registry.organizations.index_scan import IndexScan, Key
from tenantry.runtime.mongodb import Document

FIELDS: Final = {"metadata": 0, "intent.metadata": 0, "properties": 0, "private": 0}  # the larger part

Order = Literal["created", "-created", "changed", "-changed", "name", "-name", "slug", "-slug"]
"""What organizations are sorted by, with a minus sign for descending order."""
ORDERS: Final[tuple[Order, ...]] = get_args(Order)

_FIELDS: Final = {
    "created": "created_at",
    "changed": "updated_at",
    "name": "folded_name",
    "slug": "slug",
}  # with an index on it and `_id`, which is called the same; see `tenantry.registry.schema`


@dataclass(frozen=True, slots=True)
class Filter:
    """Which organizations are listed: those that meet all that is not None.

    Parameters
    ----------
    state : State, optional
        In which state.
    name_prefix : str, optional
        How the name begins, in whichever case and with whichever accents; see `names.folded`.
    slug_prefix : str, optional
        How the slug begins.
    cluster : str, optional
        Where the documents are.
    kind : Kind, optional
        Whether they are in a collection of their own.
    plan : str, optional
        Which plan; organizations that name none have `limits.DEFAULT`.
    created_since, created_before, changed_since : datetime, optional
        With a time zone. Suspensions, moves and changes of indexes are no changes here.
    suspended, moving, intent : bool, optional
        Whether the organization is suspended, its documents are being moved, and it is being created,
        renamed or deleted.
    """

    state: State | None = None
    name_prefix: str | None = None
    slug_prefix: str | None = None
    cluster: str | None = None
    kind: Kind | None = None
    plan: str | None = None
    created_since: datetime | None = None
    created_before: datetime | None = None
    changed_since: datetime | None = None
    suspended: bool | None = None
    moving: bool | None = None
    intent: bool | None = None

    @property
    def order(self) -> Order:
        """The order in which no more organizations are looked at than match, where there is one."""
        if self.slug_prefix is not None:
            return "slug"
        if self.name_prefix is not None:
            return "name"
        return "-changed" if self.changed_since is not None else "-created"


def find_page(wanted: Filter, order: Order | None, limit: int, cursor: str | None) -> Page:
    """Return a page of organizations, without their metadata and what the operator has set.

    Whatever happens between two pages, an organization that stays and whose place in the order stays is on
    exactly one of them. The last page is the one without a cursor; another may be shorter than `limit`, see
    above.

    Parameters
    ----------
    wanted : Filter
        Which organizations.
    order : Order, optional
        `Filter.order` if left out.
    limit : int
        At most so many.
    cursor : str or None
        From the page before, which had the same filter and order.

    Raises
    ------
    InvalidFields
        The cursor is malformed, or of another filter or order, or the prefix of the name holds no letter,
        digit or sign.
    """
    direction, field = _parsed(order or wanted.order)
    ranges, query = _ranges(wanted), _conditions(wanted)
    scan = IndexScan(_index(field, query), field, direction)
    search = {name: value for name, value in asdict(wanted).items() if value is not None}
    scan.restrict(*_bounds(ranges.pop(field, None)))
    if cursor is not None:
        scan.begin_behind(_position(cursor, search, scan.sort))
    query |= {name: _between(*bounds) for name, bounds in ranges.items()}
    end = scan.last_to_examine() if query else None
    if end is not None:
        scan.end_with(end)
    found = scan.find(query, FIELDS, limit + 1)
    if len(found) > limit:
        end = scan.key_of(found[limit - 1])
    next_cursor = cursors.cursor_of(search, scan.sort, [[end.value], [end.id]]) if end is not None else None
    return Page(found[:limit], next_cursor)


def _parsed(order: Order) -> tuple[Literal[1, -1], str]:
    return (-1 if order.startswith("-") else 1), _FIELDS[order.removeprefix("-")]


def _index(field: str, query: Document) -> str:
    """Return the name of the index to look at; few organizations are suspended, moving or changing."""
    is_exceptional = any(condition == {"$exists": True} for condition in query.values())
    return "exceptional_created_at" if is_exceptional and field == "created_at" else field


def _ranges(wanted: Filter) -> dict[str, tuple[Any, Any]]:
    """Return the first value of a field, and the first that is too large."""
    ranges = {
        "created_at": (wanted.created_since, wanted.created_before),
        "updated_at": (wanted.changed_since, None),
        "folded_name": _prefix(wanted.name_prefix and conditions.folded_prefix(wanted.name_prefix)),
        "slug": _prefix(wanted.slug_prefix),
    }
    return {field: bounds for field, bounds in ranges.items() if bounds != (None, None)}


def _prefix(prefix: str | None) -> tuple[Any, Any]:
    return (prefix, conditions.behind(prefix)) if prefix is not None else (None, None)


def _bounds(bounds: tuple[Any, Any] | None) -> tuple[Key | None, Key | None]:
    since, before = ((None if value is None else Key(value, "")) for value in bounds or (None, None))
    return since, before


def _between(since: Any, before: Any) -> Document:
    bounds = {"$gte": since, "$lt": before}
    return {operator: value for operator, value in bounds.items() if value is not None}


def _conditions(wanted: Filter) -> Document:
    has_intent = wanted.state != "active" if wanted.intent is None and wanted.state else wanted.intent
    query = {
        "state": wanted.state,
        "cluster": wanted.cluster and conditions.of_cluster(wanted.cluster),
        "plan": wanted.plan and conditions.of_plan(wanted.plan),
        "pool": wanted.kind and conditions.of_kind(wanted.kind),
        "suspended_at": _exists(wanted.suspended),
        "move.id": _exists(wanted.moving),
        "intent.created_at": _exists(has_intent),
    }
    return {field: condition for field, condition in query.items() if condition is not None}


def _exists(exists: bool | None) -> Document | None:
    return None if exists is None else {"$exists": exists}


def _position(cursor: str, search: Document, sort: Sort) -> Key:
    (value, *_), (organization_id, *_) = cursors.sort_key_of(cursor, search, sort, _found_nowhere)
    kinds = datetime if sort[0][0].endswith("_at") else str | None
    if not isinstance(value, kinds) or not isinstance(organization_id, str):
        raise InvalidFields.of("cursor", "must be a cursor of an earlier page")
    return Key(value, organization_id)


def _found_nowhere(stages: list[Document]) -> list[Document]:  # noqa: ARG001 - a search, for long cursors
    return []
