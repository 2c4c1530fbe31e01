"""Completing the intents that nobody came back to, after a kill, a lost connection or a timeout."""

from dataclasses import dataclass, field
from datetime import timedelta

from pymongo.errors import PyMongoError

from tenantry import organizations
from tenantry.errors import TenantryError
from tenantry.observability import log_failure, logger
from tenantry.tenants.intents import settle


@dataclass(slots=True)
class Reconciliation:
    """Ids of the organizations whose intents were met."""

    settled: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def reconcile(older_than: timedelta) -> Reconciliation:
    """Settle every intent that is older than a while; doing it twice changes nothing.

    One that fails is logged and does not keep the others from being settled.

    Parameters
    ----------
    older_than : timedelta
        Intents younger than this are left to the requests that wrote them.

    Raises
    ------
    pymongo.errors.PyMongoError
        The intents could not be read; those met so far are settled.
    """
    outcome = Reconciliation()
    for organization in organizations.find_intents(older_than):
        try:
            settle(organization)
        except (PyMongoError, TenantryError) as error:
            log_failure("An intent could not be settled", error, organization_id=organization["_id"])
            outcome.failed.append(organization["_id"])
        else:
            logger.warning(
                "Settled an intent", organization_id=organization["_id"], state=organization["state"]
            )
            outcome.settled.append(organization["_id"])
    return outcome
