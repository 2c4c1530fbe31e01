"""What an operator asks for: moving an organization, or cancelling its move."""

import secrets
from contextlib import suppress
from typing import Any

from pymongo.errors import PyMongoError

from tenantry.errors import OrganizationNotFound, ServiceUnavailable, TooManyIndexes
from tenantry.lifecycle.intents.settling import settle
from tenantry.lifecycle.moves import endings, records
from tenantry.lifecycle.moves.cleaning import remove_leftover
from tenantry.lifecycle.moves.errors import MoveImpossible, MoveRefused
from tenantry.lifecycle.moves.mover import Advance, CheckTime, Moved, Mover
from tenantry.lifecycle.moves.records import MoveDocument
from tenantry.registry import clusters
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import Kind, OrganizationDocument, Place, place_of
from tenantry.runtime import ids
from tenantry.storage import validation
from tenantry.storage.opening import open_place


def move(
    organization: str, cluster: str, kind: Kind, check_time: CheckTime, advance: Advance
) -> Moved | None:
    """Move an organization's documents, or continue a move that has no holder.

    Parameters
    ----------
    organization : str
        Slug or id.
    cluster : str
        Where to.
    kind : {"collection", "pooled"}
        Whether they get a collection of their own there.
    check_time, advance
        See `Mover`.

    Returns
    -------
    Moved or None
        None if they are there already.

    Raises
    ------
    OrganizationNotFound
    MoveRefused, CapacityExhausted
        Nothing was begun.
    MoveImpossible, TooManyIndexes
        The target cannot hold the organization; nothing remains of the move.
    MoveLost, ServiceUnavailable, pymongo.errors.PyMongoError
        See `Mover.run`.
    """
    current = _find(organization)
    existing = records.find(current["_id"])
    if existing is not None and existing["phase"] == "cleaning":
        remove_leftover(existing, check_time)
        existing = None
    if existing is not None:
        taken = _take(existing, cluster, kind)
    elif place_of(current)[:2] == (cluster, kind):
        return None
    else:
        taken = _begin(current, cluster, kind)
    return _run(taken, check_time, advance)


def continue_move(existing: MoveDocument, check_time: CheckTime, advance: Advance) -> Moved | None:
    """Continue a move if it has no holder, and return what it has done; raises as `move` does."""
    if existing["phase"] == "cleaning":
        remove_leftover(existing, check_time)
        return None
    taken = records.take(existing["_id"], ids.random_id("mover"))
    return _run(taken, check_time, advance) if taken is not None else None


def cancel(organization: str, check_time: CheckTime) -> bool:
    """Cancel a move and remove what it has copied; tell whether there was one.

    A move that has switched already is completed instead.

    Raises
    ------
    OrganizationNotFound
    ServiceUnavailable, pymongo.errors.PyMongoError
        Try again; it continues from here.
    """
    ended = endings.cancel(_find(organization)["_id"])
    if ended is None:
        return False
    remove_leftover(ended, check_time)
    return True


def parse_target(to: str) -> tuple[str, Kind]:
    """Return cluster and kind of a place, which is written ``CLUSTER`` or ``CLUSTER/pooled``.

    Raises
    ------
    MoveRefused
        It is neither.
    """
    cluster, slash, kind = to.partition("/")
    if slash and kind != "pooled":
        raise MoveRefused("A place is the name of a cluster, or one with /pooled behind it")
    return cluster, "pooled" if slash else "collection"


def summary(moved: Moved | None) -> dict[str, Any]:
    """Return what a move has done as JSON has it; None stands for an organization that was there already."""
    if moved is None:
        return {"moved": False}
    return {
        "moved": True,
        "documents": moved.compared.documents,
        "bytes": moved.compared.size,
        "checksum": f"{moved.compared.checksum:014x}",
        "pause_seconds": round(moved.pause_seconds, 3),
    }


def _find(organization: str) -> OrganizationDocument:
    settled = settle(finding.require(organization), deletion=False)
    if settled is None or settled["state"] == "deleting":
        raise OrganizationNotFound
    return settled


def _take(existing: MoveDocument, cluster: str, kind: Kind) -> MoveDocument:
    target = existing["target"]
    if (target["cluster"], target["kind"]) != (cluster, kind):
        raise MoveRefused(
            f"The organization is being moved to {target['cluster']} ({target['kind']}); cancel that first"
        )
    taken = records.take(existing["_id"], ids.random_id("mover"))
    if taken is None:
        raise MoveRefused("Another process is moving the organization, or was a moment ago; try again later")
    return taken


def _begin(current: OrganizationDocument, cluster: str, kind: Kind) -> MoveDocument:
    source, target = place_of(current), _choose(current, cluster, kind)
    _check_known(source.cluster, target.cluster)
    storage = open_place(source, current["_id"])
    options = storage.options()
    if validation.beside(options):
        raise MoveRefused("The organization's collection has options that would be lost")
    if kind == "pooled" and not validation.is_none(validation.of(options)):
        raise MoveRefused("The organization's documents are validated, which a pool cannot do for one tenant")
    return records.begin(current, storage.find_uuid(), target, ids.random_id("mover"))


def _check_known(*names: str) -> None:
    for name in names:
        try:
            clusters.cluster_client(name)
        except ServiceUnavailable:
            raise MoveRefused(f"There is no connection string for cluster {name}") from None


def _choose(current: OrganizationDocument, cluster: str, kind: Kind) -> Place:
    registered = {document["_id"]: document for document in clusters.find_all()}
    if cluster not in registered:
        raise MoveRefused(f"No cluster {cluster} is registered; see `tenantry cluster add`")
    if kind == "collection":
        return Place(cluster, kind, current["collection"])
    pools = registered[cluster]["pools"]
    if not pools:
        raise MoveRefused(f"Cluster {cluster} has no pools; see `tenantry cluster add --pools`")
    return Place(cluster, kind, secrets.choice(pools))


def _run(taken: MoveDocument, check_time: CheckTime, advance: Advance) -> Moved:
    try:
        return Mover(taken, check_time, advance).run()
    except (MoveImpossible, TooManyIndexes):
        cancel(taken["_id"], check_time)
        raise
    finally:
        with suppress(PyMongoError):
            records.release(taken)
