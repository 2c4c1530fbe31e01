"""The end of an organization in the master database."""

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.identity.invitations import document as invitations
from tenantry.identity.memberships import leaving
from tenantry.registry import name_holds
from tenantry.registry.organizations import changing
from tenantry.registry.organizations.document import OrganizationDocument


def end(organization: OrganizationDocument, session: ClientSession) -> OrganizationDocument:
    """Remove an organization within a transaction, hold its slugs, and record the deletion.

    Its members and invitations go with it. Its documents, and what it has reserved on its cluster, are left
    to the caller.

    Returns
    -------
    OrganizationDocument
        The organization as it was.

    Raises
    ------
    Overtaken
        The organization is not at this version any more; the transaction is aborted.
    """
    removed = changing.remove(organization, session)
    invitations.remove_all(removed["_id"], session)
    owner_ids = leaving.remove_all(removed["_id"], session)
    name_holds.hold_deleted(removed["slugs"], removed["_id"], owner_ids, session)
    details, intent = {"name": removed["name"], "slug": removed["slug"]}, removed["intent"]
    decided_by = intent.get("decided_by") if intent is not None else None
    recording.record("organization.deleted", [removed["_id"]], session, details, decided_by)
    return removed
