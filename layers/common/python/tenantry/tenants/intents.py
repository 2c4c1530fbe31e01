"""Completing the intent that a rename or deletion has written.

The process that wrote it may have died anywhere, or may still be at work: any number of processes may
complete an intent at the same time, or again.
"""

from pymongo.client_session import ClientSession

from tenantry import accounts, database, organizations
from tenantry.errors import OrganizationExists, ServiceUnavailable
from tenantry.observability import logger
from tenantry.organizations import Intent, OrganizationDocument
from tenantry.tenants import ddl


def settle(organization: OrganizationDocument) -> OrganizationDocument | None:
    """Complete the intent that an organization carries, if any; doing it twice changes nothing.

    Returns
    -------
    OrganizationDocument or None
        The organization as the completed intent leaves it, or None if that deletes it. A rename is
        withdrawn if a collection that no organization owns has the target's name.

    Raises
    ------
    pymongo.errors.PyMongoError
        Outcome unknown; the intent stays until somebody settles it.
    """
    if organization["state"] == "renaming":
        return _finish_renaming(organization)
    if organization["state"] == "deleting":
        _finish_deleting(organization)
        return None
    return organization


def _finish_renaming(organization: OrganizationDocument) -> OrganizationDocument | None:
    intent = _intent_of(organization)
    changes = {
        "name": intent["name"],
        "slug": intent["slug"],
        "slugs": [intent["slug"]],
        "collection": intent["collection"],
        "metadata": intent["metadata"],
        "state": "active",
        "updated_at": intent["created_at"],
        "intent": None,
    }
    final: OrganizationDocument = organization | changes | {"version": organization["version"] + 1}  # type: ignore[assignment]
    current = organizations.find(organization["_id"])
    if current is None or current["version"] > final["version"]:
        return final
    if current["version"] == final["version"]:
        return current  # completed or withdrawn by another process
    try:
        ddl.rename(organization["collection"], intent)
    except OrganizationExists:
        withdrawn = {"state": "active", "intent": None, "slugs": [organization["slug"]]}
        return organizations.replace(organization, withdrawn) or _finish_renaming(organization)
    except ddl.CollectionElsewhere:
        _check_overtaken(organization)
    if organizations.replace(organization, changes) is None:
        _bring_back(organization["_id"], intent)
    return final


def _bring_back(organization_id: str, intent: Intent) -> None:
    """Move a collection to where its organization is, if a late rename has just taken it away from there.

    An organization that has its old name again has the collection, by name and UUID, that the late rename
    expects. Whoever moves a collection looks at the organization afterwards, so the last move is right.
    """
    place = intent["collection"]
    while (current := organizations.find(organization_id)) and current["collection"] != place:
        try:
            ddl.rename(place, intent | {"collection": current["collection"]})
        except (OrganizationExists, ddl.CollectionElsewhere):
            return  # another process has moved it on
        place = current["collection"]


def _finish_deleting(organization: OrganizationDocument) -> None:
    try:
        ddl.drop(organization["collection"], _intent_of(organization)["collection_uuid"])
    except ddl.CollectionElsewhere:
        _check_overtaken(organization)

    def attempt(session: ClientSession) -> None:
        if organizations.remove(organization, session):
            accounts.remove_members(organization["_id"], session)

    database.run_transaction(attempt)


def _check_overtaken(organization: OrganizationDocument) -> None:
    """Return if another process has settled the intent and the organization has moved on since.

    Raises
    ------
    ServiceUnavailable
        The intent stands, but its collection was taken away from outside; an operator must look.
    """
    current = organizations.find(organization["_id"])
    if current is not None and current["version"] == organization["version"]:
        logger.error(
            "An organization's collection is not where its intent expects it", id=organization["_id"]
        )
        raise ServiceUnavailable


def _intent_of(organization: OrganizationDocument) -> Intent:
    intent = organization["intent"]
    assert intent is not None, "the states renaming and deleting have an intent"  # noqa: S101
    return intent
