"""Organizations that arrive with documents, restored or brought back, get what is rolled out."""

from contextlib import suppress
from typing import Final

from pymongo.client_session import ClientSession

from tenantry.lifecycle.rollouts import work
from tenantry.lifecycle.rollouts.errors import RolloutBusy
from tenantry.lifecycle.rollouts.work import Means
from tenantry.registry import rollouts
from tenantry.registry.organizations import rolled_out, selecting
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.registry.rollouts import WORKING, RolloutDocument

MEANS: Final = Means(lambda: True, 3_600, lambda *_: None)  # the command line waits


def ask_for_current(organization: OrganizationDocument, session: ClientSession) -> None:
    """Let the next run of the function roll_out, within a minute, give an organization what it lacks.

    It belongs to the transaction that inserts the organization: a roll-out that is being finished meanwhile
    either comes to the organization or is looked at again.
    """
    lacking = [rollout["_id"] for rollout in rollouts.find_current(session) if _lacks(organization, rollout)]
    if lacking:
        rollouts.let_be_checked(lacking, session)


def _lacks(organization: OrganizationDocument, rollout: RolloutDocument) -> bool:
    has_it = any(
        note["name"] == rollout["_id"] and note["state"] != "begun"
        for note in organization.get("rollouts", [])
    )
    is_for_it = selecting.is_selected(organization, rollout["definition"]["organizations"])
    return rollout["state"] in WORKING and is_for_it and not has_it


def give_current(organization_id: str) -> list[str]:
    """Do in an organization what is rolled out to others like it; return the names of what has failed.

    What is not done here, as because the organization is busy, or a roll-out has a function, is done by
    whoever works on the roll-out next.

    Raises
    ------
    pymongo.errors.PyMongoError
        Not all is done; whoever works on the roll-outs next does it.
    """
    failed = []
    for rollout in rollouts.find_current():
        is_due = rollouts.reaches_everybody(rollout) and not rollout["definition"]["function"]
        if is_due and rolled_out.find_pending(rollout, "", 1, among=[organization_id]):
            failed += [rollout["_id"]] if _has_failed(rollout["_id"], organization_id) else []
    return failed


def _has_failed(name: str, organization_id: str) -> bool:
    with suppress(RolloutBusy), work.held(name, MEANS, WORKING) as worker:
        worker.apply_to([organization_id], 1)
        return worker.outcomes["failed"] > 0
    return False
