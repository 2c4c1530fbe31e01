"""What the operator alone sets of an organization: properties, private properties, its plan and limits."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.errors import InvalidFields, OrganizationNotFound, PreconditionFailed
from tenantry.lifecycle.overtaking import until_not_overtaken
from tenantry.registry import limits
from tenantry.registry.limits import DEFAULT
from tenantry.registry.organizations import changing, finding
from tenantry.registry.organizations.document import METADATA_MAX_KEYS, OrganizationDocument
from tenantry.runtime import moments, mongodb

MERGED: Final = ("properties", "private", "limits")

Holds = Callable[[int | None], bool]


def configure(organization: str, patch: Mapping[str, Any], holds: Holds) -> OrganizationDocument:
    """Change what the operator sets of an organization; what it has beyond a lower limit stays.

    Parameters
    ----------
    organization : str
        Slug or id.
    patch : mapping
        A merge patch (RFC 7396) of `properties`, `private` and `limits`, in which None removes a key; and a
        `plan`, which may be `default`.
    holds : callable
        Tells whether the request's precondition holds for a version.

    Returns
    -------
    OrganizationDocument
        As it is now.

    Raises
    ------
    OrganizationNotFound
    PreconditionFailed
        It is not at the version that the request asks for. Nothing changed, here and below.
    InvalidFields
        It would have too many properties, or there is no such plan.
    ServiceUnavailable
        Others changed the organization again and again.
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it.
    """
    return until_not_overtaken(finding.require(organization), partial(_configure, patch, holds))


def _configure(
    patch: Mapping[str, Any], holds: Holds, current: OrganizationDocument | None
) -> OrganizationDocument:
    if current is None:
        raise OrganizationNotFound
    if not holds(current["version"]):
        raise PreconditionFailed
    before = configuration_of(current)
    merged = {field: _merged(field, before[field], patch[field]) for field in MERGED if field in patch}
    after = before | merged
    if "plan" in patch:
        after["plan"] = limits.named(patch["plan"])
    return _replace(current, before, after) if before != after else current


def configuration_of(organization: OrganizationDocument) -> dict[str, Any]:
    """Return what the operator has set of an organization; its plan is None if it names none."""
    stored: Mapping[str, Any] = organization
    return {field: stored.get(field, {}) for field in MERGED} | {"plan": stored.get("plan")}


def _merged(field: str, before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    merged = {name: value for name, value in {**before, **patch}.items() if value is not None}
    if len(merged) > METADATA_MAX_KEYS:
        raise InvalidFields.of(field, f"would hold more than {METADATA_MAX_KEYS} keys")
    return merged


@mongodb.in_transaction
def _replace(
    session: ClientSession,
    current: OrganizationDocument,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> OrganizationDocument:
    fields = {field: value for field, value in after.items() if value != before[field]}
    changed = changing.replace(current, fields | {"updated_at": moments.now()}, session)
    if after["plan"] != before["plan"]:
        limits.take(after["plan"], session)
    _record(current["_id"], before, after, session)
    return changed


def _record(
    organization_id: str, before: Mapping[str, Any], after: Mapping[str, Any], session: ClientSession
) -> None:
    """Record the change; what is private stands in a record of its own, which only operators read."""
    details = recording.changed_keys("properties", before["properties"], after["properties"])
    if before["plan"] != after["plan"]:
        details["plan"] = {"from": before["plan"] or DEFAULT, "to": after["plan"] or DEFAULT}
    if before["limits"] != after["limits"]:
        details["limits"] = {"from": before["limits"], "to": after["limits"]}
    if details:
        recording.record("organization.configured", [organization_id], session, details)
    if private := recording.changed_keys("private", before["private"], after["private"]):
        of_operator = {"organization_id": organization_id} | private
        recording.record("organization.private_changed", [], session, of_operator)
