"""Making an organization from a backup: whole, or not at all, wherever it is interrupted."""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from cli.backups import colleagues, collections, owners, refusals, staging, storage
from cli.backups.backed_up import Account, Organization
from cli.backups.colleagues import Colleague, Colleagues
from cli.backups.content import Content, Source
from cli.backups.errors import BackupError
from cli.backups.indexes import TenantIndex
from cli.backups.owners import NamedOwner
from cli.backups.staging import LeaseLost, Staging
from cli.checker import Advance
from cli.connection import Databases
from tenantry.audit import recording
from tenantry.errors import CapacityExhausted, InvalidFields, OrganizationExists, ServiceUnavailable
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.owners import NewMember
from tenantry.lifecycle import slugs
from tenantry.lifecycle.creating import NewOrganization
from tenantry.lifecycle.intents.settling import settle
from tenantry.lifecycle.rollouts import arriving
from tenantry.registry import limits, names, schema
from tenantry.registry.organizations import changing
from tenantry.registry.organizations.document import (
    OWN_NAMESPACES,
    OrganizationDocument,
    create_document,
    first_intent,
)
from tenantry.runtime import mongodb
from tenantry.storage import policy
from tenantry.storage.raw import encoding


@dataclass(frozen=True, slots=True)
class Restored:
    """The organization that was made."""

    organization: OrganizationDocument
    documents: int
    owners: list[AccountDocument]
    colleagues: list[Colleague]
    left_out: list[Account]
    failed_rollouts: list[str]
    plan_left_out: str | None


def restore(
    databases: Databases, path: str, name: str | None, named_owner: NamedOwner | None, advance: Advance
) -> Restored:
    """Make an organization with an id of its own from a backup, once all of the backup is found intact.

    It gets a collection of its own, on the first cluster that has room for it.

    Parameters
    ----------
    databases : Databases
        Where to.
    path : str
        A path, s3://bucket/key, or - for standard input.
    name : str, optional
        The organization's name; that of the backup if left out.
    named_owner : NamedOwner, optional
        The account that owns it, and is its only member; the members in the backup if left out.
    advance : Advance
        Called with the number of bytes as the work goes on.

    Raises
    ------
    BackupError, StorageFailed
        Nothing was changed, unless the message says so.
    """
    with storage.reading(path) as file:
        source = Source(file, storage.name_of(path), advance)
        content = source.checked()
        wanted = _wanted(content, name)
        members = _members(content, named_owner)
        schema.ensure_schema()
        namespaces = OWN_NAMESPACES + len(content.indexes)
        cluster = _chosen_cluster(databases, namespaces)
        _check_free(databases, cluster, wanted.slug)
        with staging.prepared(databases, cluster, namespaces) as stage:
            with refusals.told():
                documents = _fill(stage, content.indexes, source)
            organization = _publish(stage, wanted, content.organization, members)
    completed = _completed(organization)
    return Restored(
        completed,
        documents,
        [owner.account for owner in members.owners],
        members.colleagues.joining,
        members.colleagues.left_out,
        arriving.give_current(completed["_id"]),
        content.organization.plan if organization.get("plan") is None else None,
    )


class _Members(NamedTuple):
    owners: list[NewMember]
    colleagues: Colleagues


def _members(content: Content, named_owner: NamedOwner | None) -> _Members:
    if named_owner is None:
        return _Members(owners.backed_up(content), colleagues.backed_up(content))
    return _Members(owners.named(named_owner, content), Colleagues([], []))


def _wanted(content: Content, name: str | None) -> NewOrganization:
    backed_up = content.organization
    try:
        display = names.canonical_name(backed_up.name if name is None else name)
        slug = names.check_slug(backed_up.slug) if name is None else names.slug_of(display)
    except ValueError as error:
        raise BackupError(f"The name {error}; choose another with --name NAME") from None
    return NewOrganization(display, slug, backed_up.metadata)


def _chosen_cluster(databases: Databases, namespaces: int) -> str:
    try:
        cluster = policy.choose_cluster(namespaces)
    except CapacityExhausted:
        raise BackupError("No cluster has room for it; see `tenantry cluster list`") from None
    if cluster not in databases.clusters:
        raise BackupError(f"There is no connection string for the cluster {cluster}; see --mongodb-clusters")
    return cluster


def _check_free(databases: Databases, cluster: str, slug: str) -> None:
    try:
        slugs.check_unused(slug)
    except OrganizationExists:
        raise _taken(slug) from None
    except ServiceUnavailable:
        raise BackupError(f"Somebody is renaming the organization {slug}; try again") from None
    collection = names.collection_of(slug)
    if collections.describe(databases.clusters[cluster], collection) is not None:
        raise BackupError(
            f"A collection {collection} that no organization owns is in the way; run `tenantry verify`, "
            "or choose another name with --name NAME"
        )


def _taken(slug: str) -> BackupError:
    return BackupError(f"The slug {slug} is taken; nothing was changed, choose a name with --name NAME")


def _fill(stage: Staging, indexes: list[TenantIndex], source: Source) -> int:
    """Make the staging collection as the backup has it; return the number of its documents."""
    collections.create(stage.database, stage.name)
    collection = stage.database[stage.name]
    loaded = 0
    for batch in source.documents():
        stage.check_lease()
        encoding.insert(collection, list(map(encoding.document, batch)))
        loaded += len(batch)
    if collection.count_documents({}) != loaded:
        raise BackupError(f"Something else has changed {stage.name}; nothing was restored, try again")
    collections.create_indexes(stage.database, stage.name, indexes)
    return loaded


def _publish(
    stage: Staging, wanted: NewOrganization, backed_up: Organization, members: _Members
) -> OrganizationDocument:
    """Make the staging collection an organization's, which is renaming it; from here on it exists."""
    organization: Any = _document(stage, wanted) | backed_up.set_by_operator
    try:
        return _insert_restored(stage, organization, members)
    except OrganizationExists:
        raise _taken(wanted.slug) from None


@mongodb.in_transaction
def _insert_restored(
    session: ClientSession, stage: Staging, organization: OrganizationDocument, members: _Members
) -> OrganizationDocument:
    stage.remove_lease(session)
    organization = _with_plan(organization, session)
    changing.insert(organization, session)
    owners.join(members.owners, organization["_id"], session)
    colleagues.join(members.colleagues.joining, organization["_id"], session)
    owner_ids = [owner.account["_id"] for owner in members.owners]
    details = {"name": organization["name"], "slug": organization["slug"], "account_ids": owner_ids}
    recording.record("organization.restored", [organization["_id"]], session, details)
    return organization


def _with_plan(organization: OrganizationDocument, session: ClientSession) -> OrganizationDocument:
    """Return the organization with its plan, or without one if that is gone."""
    try:
        limits.take(organization.get("plan"), session)
    except InvalidFields:
        return organization | {"plan": None}
    return organization


def _document(stage: Staging, wanted: NewOrganization) -> OrganizationDocument:
    document = create_document(wanted.name, wanted.slug, wanted.metadata, stage.cluster)
    description = collections.describe(stage.database, stage.name)
    if description is None:
        raise LeaseLost
    return document | {
        "namespaces": stage.namespaces,
        "collection": stage.name,
        "state": "renaming",
        "intent": first_intent(document, UUID(description["uuid"])),
    }


def _completed(organization: OrganizationDocument) -> OrganizationDocument:
    """Give the collection its name, as anybody would who met the organization."""
    try:
        settled = settle(organization)
    except (PyMongoError, ServiceUnavailable):
        raise BackupError(
            f"{organization['slug']} is restored, but its collection lacks its name; run `tenantry reconcile`"
        ) from None
    if settled and settled["collection"] == organization["collection"]:
        raise BackupError(
            f"{organization['slug']} is restored, but a collection that no organization owns has the name of "
            "its collection; run `tenantry verify`, and rename the organization"
        )
    return settled or organization
