"""What an organization's document says about a move of its documents to another place.

The version grows when a move begins and when it switches, so whatever was decided before is overtaken.
"""

from datetime import datetime
from typing import Final

from pymongo.client_session import ClientSession

from tenantry.errors import ServiceUnavailable
from tenantry.registry.organizations.document import OrganizationDocument, Place, organizations
from tenantry.runtime import moments

RETRY_AFTER_SECONDS: Final = 60
MAX_PAST_CLUSTERS: Final = 20  # more moves than an operator makes while one of them matters


def begin(organization: OrganizationDocument, move_id: str, session: ClientSession) -> bool:
    """Note within a transaction that a move begins; tell whether the organization is still as it was read."""
    expected = {
        "_id": organization["_id"],
        "version": organization["version"],
        "state": "active",
        "move": None,
        "index_changes.0": {"$exists": False},  # none is under way
    }
    noted = {"$set": {"move": {"id": move_id, "paused_until": None}}, "$inc": {"version": 1}}
    return organizations().update_one(expected, noted, session=session).matched_count == 1


def refusal() -> ServiceUnavailable:
    """Return the answer to a request that cannot be met while an organization's documents are being moved."""
    return ServiceUnavailable(
        "The organization's data is being moved to another place. Repeat the request once that is over.",
        retry_after_seconds=RETRY_AFTER_SECONDS,
    )


def pause(organization_id: str, move_id: str, until: datetime) -> bool:
    """Keep everybody from an organization's documents; tell whether the move is still there.

    Parameters
    ----------
    organization_id, move_id : str
        Which move.
    until : datetime
        When others may end the pause, because the process that made it must have died.
    """
    expected = {
        "_id": organization_id,
        "state": "active",
        "move.id": move_id,
        "move.paused_until": None,
    }
    paused = organizations().update_one(expected, {"$set": {"move.paused_until": until}})
    return paused.matched_count == 1


def is_paused(organization: OrganizationDocument) -> bool:
    """Tell whether nobody may use the organization's documents at the moment."""
    move = organization.get("move")
    return move is not None and move["paused_until"] is not None


def is_usable(organization: OrganizationDocument) -> bool:
    """Tell whether an organization's documents may be used: it is active, not paused and not suspended."""
    if organization["state"] != "active" or is_paused(organization):
        return False
    return not organization.get("suspended_at")


def lift(organization: OrganizationDocument) -> None:
    """End the pause of an organization if the process that made it must have died."""
    move = organization.get("move")
    if move is not None and move["paused_until"] is not None and move["paused_until"] < moments.now():
        resume(organization["_id"], move["paused_until"])


def resume(organization_id: str, until: datetime) -> None:
    """End a pause before the switch; doing it twice changes nothing."""
    organizations().update_one(
        {"_id": organization_id, "move.paused_until": until}, {"$set": {"move.paused_until": None}}
    )


def switch(
    organization_id: str, until: datetime, target: Place, namespaces: int, session: ClientSession
) -> OrganizationDocument | None:
    """Let the target be the place of an organization's documents, and end the pause, within a transaction.

    Parameters
    ----------
    organization_id : str
        The organization.
    until : datetime
        Which pause.
    target : Place
        Where its documents are now.
    namespaces : int
        Collections and indexes of the target's cluster that are reserved for this organization alone.
    session : ClientSession
        Of the transaction.

    Returns
    -------
    OrganizationDocument or None
        The organization before the switch, or None if the pause is over; nothing changed then.
    """
    changes = {
        "cluster": target.cluster,
        "pool": target.pool,
        "namespaces": namespaces,
        "move.paused_until": None,
    }
    return organizations().find_one_and_update(
        {"_id": organization_id, "state": "active", "move.paused_until": until},
        {"$set": changes, "$inc": {"version": 1}},
        session=session,
    )


def remember(organization_id: str, cluster: str, until: datetime, session: ClientSession) -> None:
    """Note within a transaction that an organization has been on a cluster, for as long as it matters."""
    past = {"$each": [{"cluster": cluster, "until": until}], "$slice": -MAX_PAST_CLUSTERS}
    organizations().update_one({"_id": organization_id}, {"$push": {"past_clusters": past}}, session=session)


def end(organization_id: str, move_id: str, session: ClientSession) -> None:
    """Remove the note of a move within a transaction, so that the organization may be renamed again."""
    organizations().update_one(
        {"_id": organization_id, "move.id": move_id}, {"$unset": {"move": ""}}, session=session
    )
