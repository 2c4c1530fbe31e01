"""Whether an organization has room for what is written, where its documents or their bytes are limited.

Its use is what was measured, what was added to that since (`tenantry.registry.organizations.usage`), and what
this process has written and not added yet. A process adds what it keeps once that is a share of the room that
remains, so the fuller the organization, the sooner; or once it has kept it for a while. What it keeps belongs
to a measurement, and is forgotten with the next, which has met it.

So use is less than what there is by no more than what other processes keep, and writes that are under way. It
may be more, for of some changes the most counts that they can add. So nobody is refused before the
organization is measured again.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo.errors import PyMongoError

from tenantry.errors import LimitReached, TenantryError
from tenantry.registry.organizations import usage
from tenantry.registry.organizations.document import Limit, OrganizationDocument, is_pooled
from tenantry.registry.organizations.usage import NOTHING, Size
from tenantry.runtime import moments, process
from tenantry.runtime.observability import log_failure
from tenantry.storage import measuring

SHARE: Final = 1_000  # a process keeps a thousandth of the room that remains
KEPT_SECONDS: Final = 10
MAX_KEPT: Final = 1_000  # organizations for which a process keeps something
MEASURING_SECONDS: Final = 1
MEASURED_AGAIN_SECONDS: Final = {False: 1, True: 10}  # in a pool, where all documents are read
TRIED_AGAIN_SECONDS: Final = 60


class NotMeasured(Exception):
    """Whether an organization has room is decided once it is measured; nothing is to be committed."""

    def __init__(self, organization: OrganizationDocument) -> None:
        super().__init__(organization["_id"])
        self.organization = organization


@dataclass(slots=True)
class _Kept:
    """What a process has written since a measurement and not added yet, and since when it keeps that."""

    measured_at: datetime
    since: float
    size: Size = NOTHING


_kept: Final[OrderedDict[str, _Kept]] = OrderedDict()
_failed: Final[OrderedDict[str, float]] = OrderedDict()  # when a measurement failed last
_lock: Final = threading.Lock()


def is_limited(organization: OrganizationDocument) -> bool:
    """Tell whether an organization's documents or their bytes are limited, so that they are to be counted."""
    return bool(usage.limits_of(organization))


def check(organization: OrganizationDocument, growth: Size) -> None:
    """Refuse what an organization has no room for, before it is committed.

    Parameters
    ----------
    organization : OrganizationDocument
        As it is at the moment.
    growth : Size
        What is about to be committed.

    Raises
    ------
    LimitReached
        There is no room for it; the transaction must be aborted.
    NotMeasured
        `measure` it, and start over.
    """
    for name, limit in usage.limits_of(organization).items():
        more = getattr(growth, name)
        if more <= 0:
            continue
        use = getattr(_use(organization), name)
        has_room = use + more <= limit
        if not (has_room and _is_counted(organization)) and _may_measure(organization):
            raise NotMeasured(organization)
        if not has_room:
            raise _refusal(name, limit, use)


def measure(organization: OrganizationDocument) -> None:
    """Measure an organization; if that takes too long, leave it to the schedule, which has more time."""
    try:
        measuring.renew(organization, MEASURING_SECONDS)
    except (PyMongoError, TenantryError) as error:
        log_failure("An organization could not be measured", error, organization_id=organization["_id"])
        with _lock:
            _failed[organization["_id"]] = time.monotonic()
            if len(_failed) > MAX_KEPT:
                _failed.popitem(last=False)
        if not _is_counted(organization):
            usage.hasten(organization["_id"])


def take(organization: OrganizationDocument, growth: Size) -> None:
    """Count what has been committed, and add what is kept for the organization if it is due.

    Parameters
    ----------
    organization : OrganizationDocument
        As it was read before the commit.
    growth : Size
        What was committed.
    """
    if growth == NOTHING or not _is_counted(organization):
        return
    organization_id, measured_at = organization["_id"], organization["usage"]["measured_at"]
    with _lock:
        kept = _kept.pop(organization_id, None)
        if kept is None or kept.measured_at != measured_at:
            kept = _Kept(measured_at, time.monotonic())
        kept.size = kept.size.plus(growth)
        _kept[organization_id] = kept
        due = organization_id if _is_due(organization, kept) else _surplus()
        to_add = _kept.pop(due) if due is not None else None
    if due is not None and to_add is not None:
        _add(due, to_add)


def _surplus() -> str | None:
    """Return the organization for which something has been kept unchanged longest, if these are too many."""
    return next(iter(_kept)) if len(_kept) > MAX_KEPT else None


def _add(organization_id: str, kept: _Kept) -> None:
    try:
        usage.add(organization_id, kept.measured_at, kept.size)
    except PyMongoError as error:  # what was written is written all the same; the next measurement meets it
        log_failure("What was written could not be counted", error, organization_id=organization_id)


def _is_due(organization: OrganizationDocument, kept: _Kept) -> bool:
    use = _use(organization)
    shares = (
        abs(getattr(kept.size, name)) * SHARE >= max(limit - getattr(use, name), 1)
        for name, limit in usage.limits_of(organization).items()
    )
    return any(shares) or time.monotonic() - kept.since >= KEPT_SECONDS


def _use(organization: OrganizationDocument) -> Size:
    stored = organization.get("usage")
    if stored is None:
        return NOTHING
    use = Size(stored["documents"], stored["bytes"]).plus(usage.added(stored))
    kept = _kept.get(organization["_id"])
    return use.plus(kept.size) if kept is not None and kept.measured_at == stored["measured_at"] else use


def _is_counted(organization: OrganizationDocument) -> bool:
    stored = organization.get("usage")
    return stored is not None and "added" in stored


def _may_measure(organization: OrganizationDocument) -> bool:
    failed_at = _failed.get(organization["_id"])
    if failed_at is not None and time.monotonic() - failed_at < TRIED_AGAIN_SECONDS:
        return False
    if not _is_counted(organization):
        return True
    age = moments.now() - organization["usage"]["measured_at"]
    return age.total_seconds() >= MEASURED_AGAIN_SECONDS[is_pooled(organization)]


def _refusal(name: Limit, limit: int, use: int) -> LimitReached:
    return LimitReached(
        f"The organization stores {use} of {limit} {name}, with no room for this. Delete documents first.",
        name=name,
        limit=limit,
        use=use,
    )


@process.forgets
def forget() -> None:
    """Forget what is kept; the next measurement meets it."""
    with _lock:
        _kept.clear()
        _failed.clear()
