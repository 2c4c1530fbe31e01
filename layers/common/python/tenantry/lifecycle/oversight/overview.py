"""All that the operator sees of one organization, but for addresses of people and their documents."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pymongo
from pymongo.errors import PyMongoError

from tenantry.errors import ServiceUnavailable
from tenantry.identity import members, session_use
from tenantry.identity.session_use import SessionUse
from tenantry.lifecycle.moves import records
from tenantry.lifecycle.moves.records import MoveDocument
from tenantry.registry import limits
from tenantry.registry.organizations import finding, index_changes, usage
from tenantry.registry.organizations.document import Limit, OrganizationDocument, place_of
from tenantry.runtime import moments
from tenantry.runtime.observability import logger
from tenantry.storage import measuring

MEASURING_SECONDS: Final = 5  # about two million documents of a pool


@dataclass(frozen=True, slots=True)
class Measured:
    """How many documents an organization had at a moment, and how many bytes of BSON they took."""

    documents: int
    bytes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the operator sees of an organization.

    Parameters
    ----------
    organization : OrganizationDocument
        As it is stored.
    owner_ids : list of str
        Ids of the accounts that own it, the oldest member first.
    members : int
        How many members it has, owners included.
    sessions : SessionUse
        How many sessions it has, and when one of them was used last.
    measured : Measured or None
        How much it stores, as it was measured last and has been counted since, or else is measured now; None
        if that takes too long.
    limits : dict of Limit to int
        What is limited, by its own limits or those of its plan.
    move : MoveDocument or None
        The move of its documents, also one that has only to clean up.
    """

    organization: OrganizationDocument
    owner_ids: list[str]
    members: int
    sessions: SessionUse
    measured: Measured | None
    limits: dict[Limit, int]
    move: MoveDocument | None

    @property
    def indexes(self) -> int:
        """How many indexes it has created."""
        return index_changes.created(self.organization)


def find(organization: str) -> Overview:
    """Return all that the operator sees of an organization, each part as it is at that moment.

    Parameters
    ----------
    organization : str
        Slug or id.

    Raises
    ------
    OrganizationNotFound
    pymongo.errors.PyMongoError
        The master database gave no answer.
    """
    present = finding.require(organization)
    organization_id = present["_id"]
    return Overview(
        present,
        list(members.all_owners_since(present)),
        members.count(organization_id),
        session_use.of_organization(organization_id),
        _measured(present),
        dict(limits.of(present)),
        records.find(organization_id),
    )


def _measured(organization: OrganizationDocument) -> Measured | None:
    known = organization.get("usage")
    if known is not None:
        more = usage.added(known)
        return Measured(
            max(0, known["documents"] + more.documents),
            max(0, known["bytes"] + more.bytes),
            known["measured_at"],
        )
    at = moments.now()
    try:
        with pymongo.timeout(MEASURING_SECONDS):
            size = measuring.measure(place_of(organization), organization["_id"])
    except (PyMongoError, ServiceUnavailable) as error:  # the place may be another by now, or far away
        logger.warning("An organization could not be measured", error=str(error))
        return None
    return Measured(size.documents, size.bytes, at)
