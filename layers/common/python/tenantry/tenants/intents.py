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
        The organization as the completed intent leaves it, or None if that deletes it.

    Raises
    ------
    OrganizationExists
        The rename's target is taken by a collection that no organization owns; the intent is withdrawn.
    pymongo.errors.PyMongoError
        Outcome unknown; the intent stays until somebody settles it.
    """
    if organization["state"] == "renaming":
        return _finish_renaming(organization)
    if organization["state"] == "deleting":
        _finish_deleting(organization)
        return None
    return organization


def _finish_renaming(organization: OrganizationDocument) -> OrganizationDocument:
    intent = _intent_of(organization)
    try:
        ddl.rename(organization["collection"], intent)
    except OrganizationExists:
        withdrawn = {"state": "active", "intent": None, "slugs": [organization["slug"]]}
        organizations.replace(organization, withdrawn)
        raise
    except ddl.CollectionElsewhere:
        _check_overtaken(organization)
    final = {
        "name": intent["name"],
        "slug": intent["slug"],
        "slugs": [intent["slug"]],
        "collection": intent["collection"],
        "metadata": intent["metadata"],
        "state": "active",
        "updated_at": intent["created_at"],
        "intent": None,
    }
    # Whoever replaces it, the outcome is the same, so it holds even where another process was first.
    organizations.replace(organization, final)
    return organization | final | {"version": organization["version"] + 1}  # type: ignore[return-value]


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
