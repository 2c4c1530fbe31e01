"""The end of an organization in the master database: for good, or so that it can be brought back."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.identity.api_keys import document as api_keys
from tenantry.identity.invitations import document as invitations
from tenantry.identity.members import MemberDocument
from tenantry.identity.memberships import leaving
from tenantry.lifecycle import deletion_mails
from tenantry.registry import deletions, name_holds
from tenantry.registry.deletions import FormerMember
from tenantry.registry.organizations import changing
from tenantry.registry.organizations.document import OrganizationDocument, Place
from tenantry.runtime import ids, moments


class _Ended(NamedTuple):
    organization: OrganizationDocument
    members: list[MemberDocument]
    decided_by: dict[str, Any]


def end(organization: OrganizationDocument, session: ClientSession) -> OrganizationDocument:
    """Remove an organization within a transaction, hold its slugs, and record the deletion.

    Its members, invitations and API keys go with it. Its documents, and what it has reserved on its cluster,
    are left to the caller.

    Returns
    -------
    OrganizationDocument
        The organization as it was.

    Raises
    ------
    Overtaken
        The organization is not at this version any more; the transaction is aborted.
    """
    return _end(organization, {}, session).organization


def set_aside(
    organization: OrganizationDocument,
    place: Place,
    collection_uuid: UUID | None,
    purge_at: datetime,
    session: ClientSession,
) -> None:
    """End an organization as `end` does, and store a deletion with all that brings it back.

    Owners whose addresses are verified get a mail with a link that does.

    Parameters
    ----------
    organization : OrganizationDocument
        As it was read.
    place : Place
        Where its documents are kept.
    collection_uuid : UUID, optional
        Identity of the collection there, if it is the organization's own.
    purge_at : datetime
        Until when.
    session : ClientSession
        Of the transaction.

    Raises
    ------
    Overtaken
        The organization is not at this version any more; the transaction is aborted.
    """
    ended = _end(organization, {"purge_at": moments.rfc3339(purge_at)}, session)
    deletion: deletions.DeletionDocument = {
        "_id": ended.organization["_id"],
        "deletion_id": ids.random_id("del"),
        "organization": ended.organization,
        "members": list(map(_former, ended.members)),
        "cluster": place.cluster,
        "kind": place.kind,
        "collection": place.collection,
        "collection_uuid": collection_uuid,
        "namespaces": ended.organization.get("namespaces", 0),
        "decided_by": ended.decided_by,
        "deleted_at": moments.now(),
        "purge_at": purge_at,
    }
    deletions.deletions().insert_one(deletion, session=session)
    deletion_mails.put(deletion, session)


def _end(organization: OrganizationDocument, more: dict[str, Any], session: ClientSession) -> _Ended:
    removed = changing.remove(organization, session)
    invitations.remove_all(removed["_id"], session)
    api_keys.remove_all(removed["_id"], session)
    former = leaving.remove_all(removed["_id"], session)
    owner_ids = [member["account_id"] for member in former if member["role"] == "owner"]
    name_holds.hold_deleted(removed["slugs"], removed["_id"], owner_ids, session)
    details, intent = {"name": removed["name"], "slug": removed["slug"]} | more, removed["intent"]
    decided_by = (intent.get("decided_by") if intent is not None else None) or recording.origin()
    recording.record("organization.deleted", [removed["_id"]], session, details, decided_by)
    return _Ended(removed, former, decided_by)


def _former(member: MemberDocument) -> FormerMember:
    former: FormerMember = {"account_id": member["account_id"], "role": member["role"]}
    if "joined_at" in member:
        former["joined_at"] = member["joined_at"]
    return former
