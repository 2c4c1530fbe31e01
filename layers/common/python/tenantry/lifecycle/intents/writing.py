"""Writing down that a tenant's collection is to be renamed or deleted.

Neither can be part of a transaction, so what is decided is stored as an intent first. From then on the change
will happen, whoever completes it; see `tenantry.lifecycle.intents.completion` and
`tenantry.lifecycle.intents.settling`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.errors import ServiceUnavailable
from tenantry.lifecycle.intents import completion
from tenantry.registry import names
from tenantry.registry.organizations import changing, finding, leases
from tenantry.registry.organizations.changing import Overtaken
from tenantry.registry.organizations.document import OrganizationDocument, place_of
from tenantry.registry.organizations.embedded import Intent
from tenantry.runtime import moments, mongodb
from tenantry.runtime.observability import logger
from tenantry.storage import information


def write_intent(
    current: OrganizationDocument,
    state: Literal["renaming", "deleting"],
    target: dict[str, Any],
    counted: Mapping[str, Any] = MappingProxyType({}),
    also: Callable[[ClientSession], None] | None = None,
) -> OrganizationDocument:
    """Write the intent to rename or delete an organization, with a lease on completing it.

    Parameters
    ----------
    current : OrganizationDocument
        The active organization as it was read.
    state : {"renaming", "deleting"}
        What to do.
    target : dict
        Name, slug and metadata after a rename; of a deletion that keeps the collection, the name `collection`
        that it gets, and `purge_at`.
    counted : mapping
        From `tenantry.registry.organizations.pace`, for what counts as a change.
    also : callable, optional
        What belongs into the transaction that writes the intent; without it none is needed.

    Returns
    -------
    OrganizationDocument
        The organization with the intent.

    Raises
    ------
    Overtaken
        Another change came first; nothing was changed.
    OrganizationExists
        The slug is taken; nothing was changed.
    ServiceUnavailable
        The organization has left that name in a rename that was interrupted, and may not return to it yet;
        nothing was changed.
    pymongo.errors.PyMongoError
        Outcome unknown: the intent is written and will be completed, or nothing was changed.
    """
    changes = {
        "state": state,
        "intent": _intent(current, target),
        "slugs": sorted({*current["slugs"], target.get("slug", current["slug"])}),
        **counted,
    }
    if also is None:
        return changing.replace(current, changes)
    return _replace_and(also, current, changes)


@mongodb.in_transaction
def _replace_and(
    session: ClientSession,
    also: Callable[[ClientSession], None],
    current: OrganizationDocument,
    changes: dict[str, Any],
) -> OrganizationDocument:
    intended = changing.replace(current, changes, session)
    also(session)
    return intended


def _intent(current: OrganizationDocument, target: dict[str, Any]) -> Intent:
    slug = target.get("slug", current["slug"])
    if slug != current["slug"]:
        check_vacated(current, names.collection_of(slug))
    uuid = information.uuid(place_of(current))
    if uuid is None:
        if finding.find(current["_id"]) != current:
            raise Overtaken
        logger.error("An organization has no collection", organization_id=current["_id"])
        raise ServiceUnavailable
    now = moments.now()
    intent: Intent = {
        "collection_uuid": uuid,
        "name": target.get("name", current["name"]),
        "slug": slug,
        "collection": target.get("collection", names.collection_of(slug)),
        "metadata": target.get("metadata", current["metadata"]),
        "created_at": now,
        "leased_until": now + completion.LEASE,
        "decided_by": recording.origin(),
    }
    if "former_slugs" in target:
        intent["former_slugs"] = target["former_slugs"]
    if "purge_at" in target:
        intent["purge_at"] = target["purge_at"]
    return intent


def check_vacated(current: OrganizationDocument, collection: str) -> None:
    """Raise if an organization may not return to a collection's name yet.

    Raises
    ------
    ServiceUnavailable
        It has left the name in a rename or deletion that was interrupted; nothing was changed.
    """
    until = leases.vacated_until(current, collection)
    if until is not None:
        seconds = int((until - moments.now()).total_seconds()) + 1
        raise ServiceUnavailable(
            "A change that left this name was interrupted, and a late part of it may still arrive. "
            "The organization can have the name again once that is over; see Retry-After.",
            retry_after_seconds=seconds,
        )
