"""Doing in one organization what a roll-out does; doing it twice changes nothing."""

from collections.abc import Callable, Iterator
from typing import Final, Literal

import pymongo
from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError

from tenantry.errors import ServiceUnavailable, TenantryError
from tenantry.lifecycle.rollouts import own, pools, shapes
from tenantry.registry import rollouts
from tenantry.registry.organizations import rolled_out
from tenantry.registry.organizations.document import OrganizationDocument, is_pooled, place_of
from tenantry.registry.organizations.embedded import RolloutNote
from tenantry.registry.organizations.rolled_out import Begun, Busy
from tenantry.registry.rollouts import RolloutDocument
from tenantry.runtime import server_errors
from tenantry.runtime.observability import log_failure
from tenantry.storage import collections, information, validation
from tenantry.storage.collections import CollectionElsewhere
from tenantry.storage.pooled.share import PoolShare

Outcome = Literal["done", "failed", "busy"]
ChangeDocuments = Callable[[str], None]

_REASONS: Final[dict[int | None, str]] = {
    server_errors.DUPLICATE_KEY: "two documents have the same values in the fields of a unique index",
    server_errors.INDEX_OPTIONS_CONFLICT: "another index has the same name, or the same fields",
    server_errors.INDEX_KEY_SPECS_CONFLICT: "another index has the same name",
    server_errors.MAX_TIME_EXPIRED: "there are too many documents to index them in the time that there was",
    server_errors.CANNOT_INDEX_PARALLEL_ARRAYS: "a document has arrays in two of the fields of an index",
}


def apply(
    rollout: RolloutDocument, organization_id: str, seconds: float, change_documents: ChangeDocuments | None
) -> Outcome:
    """Do in one organization what a roll-out does.

    Parameters
    ----------
    rollout : RolloutDocument
        Which one.
    organization_id : str
        Where.
    seconds : float
        How long it may take.
    change_documents : callable, optional
        The roll-out's function; takes the organization's id, and may be called again after a kill.

    Returns
    -------
    {"done", "failed", "busy"}
        What is failed is noted with the reason. One that is busy, being moved or gone is to be looked at
        again.

    Raises
    ------
    pymongo.errors.PyMongoError
        Not even a failure can be noted.
    """
    note = rolled_out.note_of(rollout["_id"], rollouts.index_names(rollout["definition"]))
    try:
        if change_documents is not None:
            change_documents(organization_id)
        with pymongo.timeout(seconds):
            return _apply(rollout, organization_id, note)
    except (Busy, CollectionElsewhere):
        return "busy"
    except Exception as error:  # whatever it is, it must not stop the other organizations
        log_failure("A roll-out has failed", error, organization_id=organization_id, rollout=rollout["_id"])
        rolled_out.fail(organization_id, note, reason_of(error))
        return "failed"


def _apply(rollout: RolloutDocument, organization_id: str, note: RolloutNote) -> Outcome:
    current = own.settled(organization_id, rollout["_id"])
    if is_pooled(current):
        return _apply_in_pool(rollout, current, note)
    begun = rolled_out.begin(current, note, len(note["indexes"]))
    unused = len(note["indexes"])
    reason = None
    try:
        for created in _changes(rollout, begun):
            unused -= created
    except CollectionElsewhere:
        rolled_out.give_back(begun, unused)
        raise
    except (OperationFailure, TenantryError) as error:
        if isinstance(error, OperationFailure) and _is_unknown(error):
            raise
        reason = reason_of(error)
    rolled_out.end(begun, unused, reason)
    return "done" if reason is None else "failed"


def _changes(rollout: RolloutDocument, begun: Begun) -> Iterator[int]:
    """Change an organization's own collection; yield for each index whether it was created."""
    collection, validator = own.opened(begun), rollout["definition"]["validator"]
    if begun.note["made"] is None:
        made = set(begun.note["indexes"]) - own.names_at(collection.place)
        before = validation.text_of(validation.of(information.options(collection.place)))
        own.check_unchanged(begun.organization)  # so what was read is this organization's
        rolled_out.save_made(begun, sorted(made), before if validator else None)
    for index in shapes.models(rollout["definition"]):
        reply = collection.indexes.create(index)
        yield reply["numIndexesAfter"] - reply["numIndexesBefore"]
    if validator:
        collections.validate(collection.place, collection.uuid, shapes.validation(validator))


def _apply_in_pool(rollout: RolloutDocument, current: OrganizationDocument, note: RolloutNote) -> Outcome:
    """Give the indexes to the pool, where an organization's own of the same name is in the way."""
    place = place_of(current)
    pools.ensure(rollout, place)
    begun = rolled_out.begin(current, note, 0)
    own_names = {index["name"] for index in PoolShare(place, current["_id"]).indexes.find_own()}
    taken = sorted(own_names & set(note["indexes"]))
    rolled_out.save_made(begun, sorted(set(note["indexes"]) - own_names), None)
    reason = f"an index of its own has the name {', '.join(taken)}" if taken else None
    rolled_out.end(begun, 0, reason)
    return "done" if reason is None else "failed"


def _is_unknown(error: OperationFailure) -> bool:
    """Tell whether nobody knows if the server has done what it was asked for."""
    return error.timeout and error.code != server_errors.MAX_TIME_EXPIRED


def reason_of(error: Exception) -> str:
    """Return why a roll-out has failed in an organization, without values that MongoDB quotes."""
    match error:
        case OperationFailure() if error.code in _REASONS:
            return _REASONS[error.code]
        case DuplicateKeyError():
            return _REASONS[server_errors.DUPLICATE_KEY]
        case OperationFailure():
            return f"MongoDB refuses it: {(error.details or {}).get('codeName', error.code)}"
        case ServiceUnavailable() | PyMongoError():
            return "MongoDB does not answer, or did not in time"
        case _:
            return f"{type(error).__name__}: {error}"
