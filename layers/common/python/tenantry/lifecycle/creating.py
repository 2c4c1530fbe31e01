"""Creating organizations, with their owner's account if nobody is logged in."""

from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.errors import (
    CapacityExhausted,
    EmailTaken,
    IdempotencyKeyReused,
    IdempotencyKeySpent,
    InvalidFields,
    InvalidToken,
    LimitReached,
    SignUpClosed,
    TenantryError,
)
from tenantry.identity import accounts, members, throttling
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.credentials import check_password
from tenantry.identity.email_addresses import folded
from tenantry.identity.passwords import hash_password, is_guessable
from tenantry.lifecycle import idempotency, sign_ups, slugs
from tenantry.lifecycle.idempotency import Claim
from tenantry.lifecycle.intents import creation
from tenantry.registry import name_holds, schema
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import Kind, OrganizationDocument, create_document
from tenantry.runtime import mongodb
from tenantry.runtime.observability import logger
from tenantry.runtime.settings import settings
from tenantry.storage import policy
from tenantry.storage.policy import ClusterFull

if TYPE_CHECKING:
    from tenantry.http.organizations.bodies import CreateOrganization

MAX_ATTEMPTS: Final = 10  # to find a place while others fill the clusters


class Created(NamedTuple):
    """A new organization and the account that owns it."""

    organization: OrganizationDocument
    account: AccountDocument


def sign_up(
    wanted: "CreateOrganization", owner_id: str | None, idempotency_key: str | None = None
) -> Created:
    """Create an organization for whoever asks, as `create` does, if sign-up is open.

    Raises
    ------
    SignUpClosed
        It is not; nothing changed.
    TooManyRequests
        The account, or the source if there is none, has asked for too many; nothing changed.
    """
    if settings().sign_up != "open":
        raise SignUpClosed
    with sign_ups.counted(owner_id):
        return create(wanted, owner_id, idempotency_key)


def create(
    wanted: "CreateOrganization",
    owner_id: str | None,
    idempotency_key: str | None = None,
    kind: Kind | None = None,
) -> Created:
    """Create an organization, its collection, and its owner's account if nobody is logged in: all or nothing.

    Parameters
    ----------
    wanted : CreateOrganization
        What to create; e-mail and password belong to it exactly if `owner_id` is None.
    owner_id : str, optional
        Id of the account that owns the organization; it gets an account of its own if left out.
    idempotency_key : str, optional
        Repeating the request with the same key gives the same answer and creates nothing.
    kind : {"collection", "pooled"}, optional
        Whether its documents get a collection of their own; as the settings say if left out.

    Raises
    ------
    InvalidFields
        A field is missing or superfluous, the name gives no slug, or the password is guessable.
    InvalidToken
        The account is gone.
    LimitReached
        The account owns as many organizations as it may; nothing changed.
    OrganizationExists, EmailTaken, CapacityExhausted
        Nothing changed.
    IdempotencyKeyReused, IdempotencyKeySpent, RequestInFlight
        Nothing changed by this request.
    pymongo.errors.PyMongoError
        Outcome unknown: all of it or nothing.
    """
    _check_credentials(wanted, owner_id)
    slug = slugs.chosen(wanted.slug) if wanted.slug else slugs.derive(wanted.name)
    kind = kind or cast("Kind", settings().placement)
    if idempotency_key is None:
        return _create(wanted, slug, owner_id, None, kind)
    claim = _claim(wanted, owner_id, idempotency_key)
    if claim.answer is not None:
        return _repeated(claim.answer, wanted)
    try:
        return _create(wanted, slug, owner_id, claim, kind)
    except TenantryError:
        claim.release()
        raise


def _check_credentials(wanted: "CreateOrganization", owner_id: str | None) -> None:
    sent = {"email": wanted.email is not None, "password": wanted.password is not None}
    message = "Field required" if owner_id is None else "must be left out, since the token names the account"
    wrong = [field for field, is_sent in sent.items() if is_sent == (owner_id is not None)]
    if wrong:
        raise InvalidFields(errors=[{"field": field, "message": message} for field in wrong])
    if wanted.password is not None and is_guessable(wanted.password, [str(wanted.email), wanted.name]):
        raise InvalidFields.of("password", "is too easy to guess; choose a longer or less common one")


def _claim(wanted: "CreateOrganization", owner_id: str | None, key: str) -> Claim:
    schema.ensure_schema()
    email = folded(str(wanted.email))
    sent = wanted.model_dump(exclude={"password"}) | ({} if owner_id else {"email": email})
    return idempotency.claim(owner_id or email, key, sent)


def _repeated(answer: idempotency.Answer, wanted: "CreateOrganization") -> Created:
    """Give the answer again; to a caller without a token only if the password is the account's."""
    created = Created(**answer)
    if wanted.password is not None:
        account = accounts.find(created.account["_id"])
        if not check_password(throttling.of_stranger(created.account["email"]), account, wanted.password):
            raise IdempotencyKeyReused
    creation.complete_creation(created.organization)
    present = finding.find(created.organization["_id"])
    if present is None or present["state"] == "deleting":
        raise IdempotencyKeySpent
    return created


def _create(
    wanted: "CreateOrganization", slug: str, owner_id: str | None, claim: Claim | None, kind: Kind
) -> Created:
    slugs.check_free(slug, owner_id)
    account = _find_owner(owner_id) if owner_id else _prepare_account(str(wanted.email), str(wanted.password))
    schema.ensure_schema()
    for _ in range(MAX_ATTEMPTS):
        created = Created(_placed(wanted, slug, kind), account)
        with suppress(ClusterFull):
            creation.check(created.organization)
            _insert(created, owner_id, claim)
            logger.append_keys(organization_id=created.organization["_id"], account_id=account["_id"])
            creation.complete_creation(created.organization)
            return created
    raise CapacityExhausted


def _placed(wanted: "CreateOrganization", slug: str, kind: Kind) -> OrganizationDocument:
    """Make the document of the organization, at the place that the policy says."""
    cluster, pool = policy.choose_pool() if kind == "pooled" else (policy.choose_cluster(), None)
    return create_document(wanted.name, slug, wanted.metadata, cluster, pool)


def _insert(created: Created, owner_id: str | None, claim: Claim | None) -> None:
    organization, account = created

    def attempt(session: ClientSession) -> None:
        if owner_id is not None:
            _take_place(owner_id, session)
        name_holds.check(organization["slug"], owner_id, session)
        creation.insert(organization, session)
        if owner_id is None:
            accounts.insert(account, session)
        members.add_member(organization["_id"], account["_id"], session)
        details = {"name": organization["name"], "slug": organization["slug"], "account_id": account["_id"]}
        recording.record("organization.created", [organization["_id"]], session, details)
        if claim is not None:
            answer = {"organization": organization, "account": account | {"password_hash": ""}}
            claim.complete(answer, session)
        creation.reserve(organization, session)

    mongodb.run_transaction(attempt)


def _take_place(account_id: str, session: ClientSession) -> None:
    """Lock an account that may own one more organization, so that creations at once count each other."""
    if not accounts.lock_to_join(account_id, session):
        raise InvalidToken
    limit = settings().organizations_per_account
    use = members.count_organizations(account_id, limit, session)
    if use >= limit:
        raise LimitReached(
            f"The account owns {limit} organizations, as many as it may. Delete one, or ask the operator.",
            limit=limit,
            use=use,
        )


def _find_owner(account_id: str) -> AccountDocument:
    account = accounts.find(account_id)
    if account is None:
        raise InvalidToken
    return account


def _prepare_account(address: str, password: str) -> AccountDocument:
    if accounts.find_by_email(folded(address)):
        raise EmailTaken
    return accounts.create_document(address, hash_password(password))
