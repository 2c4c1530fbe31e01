"""Creating organizations, with an account for the owner or for one that exists."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, cast

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.errors import (
    CapacityExhausted,
    IdempotencyKeyReused,
    IdempotencyKeySpent,
    TenantryError,
)
from tenantry.identity import accounts, throttling
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses import email_verification
from tenantry.identity.credentials import check_password
from tenantry.identity.memberships import joining
from tenantry.identity.owners import NewAccount, NewMember, Owner
from tenantry.lifecycle import idempotency, slugs
from tenantry.lifecycle.idempotency import Claim
from tenantry.lifecycle.intents import creation
from tenantry.lifecycle.rollouts import shapes
from tenantry.registry import limits, name_holds, rollouts, schema
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import (
    OWN_NAMESPACES,
    Kind,
    OrganizationDocument,
    create_document,
)
from tenantry.registry.rollouts import RolloutDocument
from tenantry.runtime import mongodb
from tenantry.runtime.observability import logger
from tenantry.runtime.settings import settings
from tenantry.storage import policy
from tenantry.storage.policy import ClusterFull

MAX_ATTEMPTS: Final = 10  # to find a place while others fill the clusters


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """An organization to create.

    Parameters
    ----------
    name : str
        As `tenantry.registry.names.canonical_name` gives it.
    slug : str
        As `tenantry.registry.names.check_slug` or `slug_of` gives it.
    metadata : dict
        The client's own properties of the organization.
    kind : {"collection", "pooled"}, optional
        Whether its documents get a collection of their own; as the settings say if left out.
    plan : str, optional
        Its plan, which the operator alone chooses; see `tenantry.registry.limits`.
    """

    name: str
    slug: str
    metadata: dict[str, Any] = field(default_factory=dict)
    kind: Kind | None = None
    plan: str | None = None


class Created(NamedTuple):
    """An organization that has been created, and the account that owns it."""

    organization: OrganizationDocument
    account: AccountDocument


def create(organization: NewOrganization, owner: Owner, key: idempotency.Key | None = None) -> Created:
    """Create an organization, its collection, and its owner's account unless it exists: all or nothing.

    Parameters
    ----------
    organization : NewOrganization
        What to create.
    owner : Owner
        The account that owns it.
    key : Key, optional
        Repeating the request with the same key gives the same answer and creates nothing.

    Raises
    ------
    InvalidToken
        The account is gone.
    LimitReached
        The account owns as many organizations as it may; nothing changed.
    OrganizationExists, EmailTaken, CapacityExhausted
        Nothing changed.
    InvalidFields
        There is no such plan; nothing changed.
    IdempotencyKeyReused, IdempotencyKeySpent, RequestInFlight
        Nothing changed by this request.
    pymongo.errors.PyMongoError
        Outcome unknown: all of it or nothing.
    """
    if key is None:
        return _create(organization, owner, None)
    schema.ensure_schema()
    claim = idempotency.claim(key)
    if claim.answer is not None:
        return _repeated(Created(**claim.answer), owner)
    try:
        return _create(organization, owner, claim)
    except TenantryError:
        claim.release()
        raise


def _repeated(created: Created, owner: Owner) -> Created:
    """Give the answer again; to whoever has no token only if the password is the account's."""
    if isinstance(owner, NewAccount):
        account = accounts.find(created.account["_id"])
        if not check_password(throttling.of_stranger(created.account["email"]), account, owner.password):
            raise IdempotencyKeyReused
    creation.complete_creation(created.organization)
    present = finding.find(created.organization["_id"])
    if present is None or present["state"] == "deleting":
        raise IdempotencyKeySpent
    return created


def _create(wanted: NewOrganization, owner: Owner, claim: Claim | None) -> Created:
    slugs.check_free(wanted.slug, owner.account_id)
    member = owner.member()
    schema.ensure_schema()
    is_mailed = not member.exists and email_verification.is_mailed_at_sign_up(member.account)
    for _ in range(MAX_ATTEMPTS):
        organization = _placed(wanted, rollouts.find_current())
        with suppress(ClusterFull):
            creation.check_no_stray(organization)
            _insert(organization, member, claim, is_mailed=is_mailed)
            logger.append_keys(organization_id=organization["_id"], account_id=member.account["_id"])
            creation.complete_creation(organization)
            return Created(organization, member.account)
    raise CapacityExhausted


def _placed(wanted: NewOrganization, current: list[RolloutDocument]) -> OrganizationDocument:
    """Make the document of the organization, at the place that the policy says, with what is rolled out."""
    kind = wanted.kind or cast("Kind", settings().placement)
    namespaces = OWN_NAMESPACES + shapes.namespaces_at_most(current)
    cluster, pool = policy.choose_pool() if kind == "pooled" else (policy.choose_cluster(namespaces), None)
    organization = create_document(wanted.name, wanted.slug, wanted.metadata, cluster, pool)
    shapes.note_all(organization, current)
    return organization | {"plan": wanted.plan} if wanted.plan is not None else organization


@mongodb.in_transaction
def _insert(
    session: ClientSession,
    organization: OrganizationDocument,
    member: NewMember,
    claim: Claim | None,
    *,
    is_mailed: bool,
) -> None:
    account = member.account
    member.join(organization["_id"], session)
    if member.exists:
        joining.check_owns_no_more(account["_id"], session)
    limits.take(organization.get("plan"), session)
    name_holds.check(organization["slug"], account["_id"], session)
    creation.insert(organization, session)
    details = {"name": organization["name"], "slug": organization["slug"], "account_id": account["_id"]}
    recording.record("organization.created", [organization["_id"]], session, details)
    if is_mailed:
        email_verification.put_mail(account, session)
    if claim is not None:
        answer = {"organization": organization, "account": account | {"password_hash": ""}}
        claim.complete(answer, session)
    creation.reserve(organization, session)
