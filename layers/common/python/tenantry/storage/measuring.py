"""Measuring how much organizations store: each about once a day, and sooner where that decides something.

What stands in an organization's document until then is what was measured before; see
`tenantry.registry.organizations.usage`.
"""

import time
from dataclasses import dataclass
from typing import Final

import pymongo
from pymongo.errors import PyMongoError, ServerSelectionTimeoutError

from tenantry.errors import TenantryError
from tenantry.registry.organizations import usage
from tenantry.registry.organizations.document import OrganizationDocument, Place, place_of
from tenantry.registry.organizations.usage import Size
from tenantry.runtime.observability import log_failure
from tenantry.storage.opening import open_place

# 100,000 organizations are due 347 times in five minutes.
MAX_MEASURED: Final = 1_000  # by one run
RUN_SECONDS: Final = 60
ORGANIZATION_SECONDS: Final = 20  # about ten million documents of a pool


@dataclass(slots=True)
class Outcome:
    """How many organizations have been measured, and of how many that has failed."""

    measured: int = 0
    failed: int = 0


def measure(place: Place, organization_id: str) -> Size:
    """Measure what an organization stores at a place.

    Of a collection of its own the server knows that; in a pool it reads all of the organization's documents,
    as long as `pymongo.timeout` lets it. What is written meanwhile may count or not.

    Raises
    ------
    ServiceUnavailable, pymongo.errors.PyMongoError
        There was no answer, or not in time.
    """
    return open_place(place, organization_id).measure()


def renew(organization: OrganizationDocument, seconds: float) -> bool:
    """Measure an organization within so many seconds, and note it in its document.

    Returns
    -------
    bool
        False if the organization has changed since it was read; nothing is noted then.

    Raises
    ------
    ServiceUnavailable, pymongo.errors.PyMongoError
        There was no answer, or not in time.
    """
    with pymongo.timeout(seconds):
        size = measure(place_of(organization), organization["_id"])
    return usage.save(organization, size)


def measure_due() -> Outcome:
    """Measure the organizations that are due, as many as one run has time for.

    What cannot be measured is logged and tried again in an hour, so that it does not keep others waiting.

    Raises
    ------
    pymongo.errors.PyMongoError
        The master database gave no answer; what has been measured is noted.
    """
    outcome, unreachable, give_up_at = Outcome(), set[str](), time.monotonic() + RUN_SECONDS
    for organization in usage.find_due(MAX_MEASURED):
        if time.monotonic() > give_up_at:
            break
        cluster = place_of(organization).cluster
        try:
            is_measured = cluster not in unreachable and renew(organization, ORGANIZATION_SECONDS)
        except (PyMongoError, TenantryError) as error:
            is_measured = False
            outcome.failed += 1
            log_failure("An organization could not be measured", error, organization_id=organization["_id"])
            if isinstance(error, (ServerSelectionTimeoutError, TenantryError)):
                unreachable.add(cluster)
        if is_measured:
            outcome.measured += 1
        else:
            usage.postpone(organization["_id"])
    return outcome
