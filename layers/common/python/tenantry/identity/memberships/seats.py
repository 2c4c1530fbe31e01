"""How many members an organization has and has invited, and how many it may have.

Whoever is invited has a seat, so that nobody is turned away who accepts; a seat is free again once the
invitation is revoked or has expired. A limit may be lowered afterwards. Then those who accept first get what
seats there are.
"""

from typing import Any, Final, NamedTuple

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.errors import LimitReached, OrganizationNotFound
from tenantry.identity import members
from tenantry.identity.invitations import document as invited
from tenantry.registry import limits
from tenantry.registry.organizations.document import organizations
from tenantry.runtime.mongodb import Document

MAX_PENDING: Final = 100  # invitations of an organization


class Seats(NamedTuple):
    """What is taken of an organization's seats, and how many there are."""

    members: int
    pending: int
    limit: int


def count(organization_id: str, session: ClientSession | None = None) -> Seats:
    """Count the members and pending invitations of an organization, in one command.

    Parameters
    ----------
    organization_id : str
        The organization; locked where somebody may get a seat on the strength of this.
    session : ClientSession, optional
        Of the transaction that has locked it.

    Raises
    ------
    OrganizationNotFound
        It has been deleted.
    """
    stored: Collection[Any] = organizations()
    found = stored.aggregate(
        [
            {"$match": {"_id": organization_id}},
            {"$project": {"plan": 1, "limits": 1}},
            *limits.joined(),
            _number("members", members.members().name, {"organization_id": organization_id}),
            _number("pending", invited.invitations().name, invited.pending_of(organization_id)),
        ],
        session=session,
    )
    counted = next(found, None)
    if counted is None:
        raise OrganizationNotFound
    limit = limits.effective(counted).get("members", members.MAX_MEMBERS)
    return Seats(_sum(counted["members"]), _sum(counted["pending"]), limit)


def _sum(counts: list[Document]) -> int:
    """Return the number that `$count` gives, which is no document for none."""
    return sum(count["number"] for count in counts)


def _number(name: str, collection: str, query: Document) -> Document:
    """Return the stage that adds how many documents of a collection match."""
    return {
        "$lookup": {"from": collection, "as": name, "pipeline": [{"$match": query}, {"$count": "number"}]}
    }


def check_joins(organization_id: str, session: ClientSession) -> None:
    """Raise unless a locked organization has room for a member.

    Raises
    ------
    LimitReached
        It has not; the transaction is aborted.
    """
    seats = count(organization_id, session)
    if seats.members >= seats.limit:
        raise _full(seats, seats.members, f"{seats.members} members")


def check_invites(organization_id: str, session: ClientSession) -> None:
    """Raise unless a locked organization has room for somebody who is to be invited.

    Raises
    ------
    LimitReached
        It has not; the transaction is aborted.
    """
    seats = count(organization_id, session)
    if seats.pending >= MAX_PENDING:
        raise LimitReached(
            f"The organization has {seats.pending} pending invitations and may have {MAX_PENDING}. "
            "Revoke one first.",
            name="pending_invitations",
            limit=MAX_PENDING,
            use=seats.pending,
        )
    if seats.members + seats.pending >= seats.limit:
        text = f"{seats.members} members and {seats.pending} pending invitations"
        raise _full(seats, seats.members + seats.pending, text)


def _full(seats: Seats, use: int, text: str) -> LimitReached:
    return LimitReached(
        f"The organization has {text}, and may have {seats.limit} members.",
        name="members",
        limit=seats.limit,
        use=use,
    )
