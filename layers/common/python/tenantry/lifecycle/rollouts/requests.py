"""Roll-outs in a process whose time is limited, as that of a Lambda function is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from pymongo.errors import PyMongoError

from tenantry.errors import TenantryError
from tenantry.lifecycle.rollouts import operations
from tenantry.lifecycle.rollouts.errors import RolloutBusy, RolloutError
from tenantry.lifecycle.rollouts.work import Means
from tenantry.registry import rollouts
from tenantry.registry.organizations import rolled_out
from tenantry.registry.rollouts import WORKING, RolloutDocument
from tenantry.runtime.observability import MetricUnit, log_failure, logger, metrics

CHECKED_EVERY: Final = timedelta(minutes=15)  # each look at a finished one reads all organizations
SECONDS: Final = 300  # of one organization; longer builds of indexes are for the command line


def continue_all(has_time: Callable[[], bool]) -> list[str]:
    """Go on with every roll-out that nobody works on, as far as time allows.

    Those with a function are for the command line. A finished one reaches organizations that lack it, and
    an undone one those that have come back with it.

    Returns
    -------
    list of str
        Names of those that have failed in an organization, or do not go on.
    """
    means = Means(has_time, SECONDS, _ignore_progress)
    failed = []
    all_rollouts = rollouts.find_all()
    under_way = [rollout for rollout in all_rollouts if rollout["state"] in ("running", "undoing")]
    metrics.add_metric("RollOutsUnderWay", MetricUnit.Count, len(under_way))
    for rollout in all_rollouts:
        if not has_time():
            break
        try:
            failed += [rollout["_id"]] if _continue(rollout, means) else []
        except RolloutBusy:
            continue
        except (RolloutError, TenantryError, PyMongoError) as error:
            log_failure("A roll-out does not go on", error, rollout=rollout["_id"])
            failed.append(rollout["_id"])
    return failed


def _continue(rollout: RolloutDocument, means: Means) -> bool:
    """Go on with a roll-out if there is something to do; tell whether it has failed somewhere."""
    name, failed_before = rollout["_id"], rolled_out.count(rollout["_id"], "failed")
    if _is_to_be_applied(rollout):
        reached = operations.apply(name, means)
    elif _is_to_be_undone(rollout):
        reached = operations.undo(name, means)
    else:
        return False
    logger.info(
        "Went on with a roll-out",
        rollout=name,
        state=reached.rollout["state"],
        done=reached.done,
        failed=reached.failed,
        pending=reached.pending,
    )
    return reached.failed > failed_before


def _is_to_be_applied(rollout: RolloutDocument) -> bool:
    if rollout["state"] not in WORKING or rollout["definition"]["function"]:
        return False
    if rollout["state"] == "running":
        return True
    return rollouts.is_to_be_checked(rollout, CHECKED_EVERY) and bool(rolled_out.find_pending(rollout, "", 1))


def _is_to_be_undone(rollout: RolloutDocument) -> bool:
    is_undone = rollout["state"] == "undone"
    return rollout["state"] == "undoing" or (is_undone and bool(rolled_out.find_noted(rollout["_id"], "", 1)))


def _ignore_progress(done: int, expected: int) -> None:
    """Show no progress."""
