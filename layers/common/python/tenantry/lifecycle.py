"""Create, update and delete organizations, so that no kill and no interleaving loses a tenant's data.

Creating is one transaction, with more behind it where the collection is on another cluster; see
`tenantry.tenants.creation`. Renaming and deleting a collection cannot be part of one, so they first write
an intent, then change the collection, then the metadata; `tenantry.tenants.intents` does the latter two.
In a pool a rename is one of metadata, and a deletion leaves something to be erased; see
`tenantry.tenants.erasures`.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple, cast

from pymongo.client_session import ClientSession

from tenantry import accounts, audit, database, idempotency, moving, names, organizations, placement
from tenantry.accounts import AccountDocument, Membership
from tenantry.credentials import check_password
from tenantry.errors import (
    CapacityExhausted,
    EmailTaken,
    IdempotencyKeyReused,
    InvalidFields,
    InvalidToken,
    OrganizationExists,
    PreconditionFailed,
    ServiceUnavailable,
    SignUpClosed,
    TenantryError,
)
from tenantry.idempotency import Claim
from tenantry.moves import cleaning
from tenantry.observability import logger
from tenantry.organizations import Kind, OrganizationDocument, is_pooled
from tenantry.passwords import hash_password, is_guessable
from tenantry.placement import ClusterFull
from tenantry.schemas import METADATA_MAX_KEYS, CreateOrganization, UpdateOrganization
from tenantry.settings import settings
from tenantry.tenants import creation, erasures
from tenantry.tenants.intents import OvertakenError, carry_out, settle

MAX_ATTEMPTS: Final = 10  # of a change that others keep overtaking


class Created(NamedTuple):
    """A new organization and the account that owns it."""

    organization: OrganizationDocument
    account: AccountDocument


def sign_up(
    wanted: CreateOrganization, caller: Membership | None, idempotency_key: str | None = None
) -> Created:
    """Create an organization for whoever asks, as `create` does, if sign-up is open.

    Raises
    ------
    SignUpClosed
        It is not; nothing changed.
    """
    if settings().sign_up != "open":
        raise SignUpClosed
    return create(wanted, caller, idempotency_key)


def create(
    wanted: CreateOrganization,
    caller: Membership | None,
    idempotency_key: str | None = None,
    kind: Kind | None = None,
) -> Created:
    """Create an organization, its collection, and its owner's account if nobody is logged in: all or nothing.

    Parameters
    ----------
    wanted : CreateOrganization
        What to create; e-mail and password belong to it exactly if `caller` is None.
    caller : Membership, optional
        Whose account owns the organization.
    idempotency_key : str, optional
        Repeating the request with the same key gives the same answer and creates nothing.
    kind : {"collection", "pooled"}, optional
        Whether its documents get a collection of their own; as the settings say if left out.

    Raises
    ------
    InvalidFields
        A field is missing or superfluous, the name gives no slug, or the password is guessable.
    InvalidToken
        The caller's account is gone.
    OrganizationExists, EmailTaken, CapacityExhausted
        Nothing changed.
    IdempotencyKeyReused, RequestInFlight
        Nothing changed by this request.
    pymongo.errors.PyMongoError
        Outcome unknown: all of it or nothing.
    """
    _check_credentials(wanted, caller)
    slug = wanted.slug or _derived_slug(wanted.name)
    kind = kind or cast("Kind", settings().placement)
    if idempotency_key is None:
        return _create(wanted, slug, caller, None, kind)
    claim = _claim(wanted, caller, idempotency_key)
    if claim.answer is not None:
        return _repeated(claim.answer, wanted)
    try:
        return _create(wanted, slug, caller, claim, kind)
    except TenantryError:
        claim.release()
        raise


def _check_credentials(wanted: CreateOrganization, caller: Membership | None) -> None:
    sent = {"email": wanted.email is not None, "password": wanted.password is not None}
    message = "Field required" if caller is None else "must be left out, since the token names the account"
    wrong = [field for field, is_sent in sent.items() if is_sent == (caller is not None)]
    if wrong:
        raise InvalidFields(errors=[{"field": field, "message": message} for field in wrong])
    if wanted.password is not None and is_guessable(wanted.password, [str(wanted.email), wanted.name]):
        raise InvalidFields.of("password", "is too easy to guess; choose a longer or less common one")


def _claim(wanted: CreateOrganization, caller: Membership | None, key: str) -> Claim:
    database.ensure_schema()
    scope = caller.account_id if caller else str(wanted.email)
    return idempotency.claim(scope, key, wanted.model_dump(exclude={"password"}))


def _repeated(answer: idempotency.Answer, wanted: CreateOrganization) -> Created:
    """Give the answer again; to a caller without a token only if the password is the account's."""
    created = Created(**answer)
    if wanted.password is not None:
        account = accounts.find(created.account["_id"])
        if not check_password(created.account["email"], account, wanted.password):
            raise IdempotencyKeyReused
    creation.complete(created.organization)
    return created


def _create(
    wanted: CreateOrganization, slug: str, caller: Membership | None, claim: Claim | None, kind: Kind
) -> Created:
    _free_slug(slug)
    account = _find_owner(caller) if caller else _prepare_account(str(wanted.email), str(wanted.password))
    database.ensure_schema()
    for _ in range(MAX_ATTEMPTS):
        created = Created(_placed(wanted, slug, kind), account)
        with suppress(ClusterFull):
            creation.check(created.organization)
            _insert(created, caller, claim)
            logger.append_keys(organization_id=created.organization["_id"], account_id=account["_id"])
            creation.complete(created.organization)
            return created
    raise CapacityExhausted


def _placed(wanted: CreateOrganization, slug: str, kind: Kind) -> OrganizationDocument:
    """Make the document of the organization, at the place that the policy says."""
    cluster, pool = placement.choose_pool() if kind == "pooled" else (placement.choose_cluster(), None)
    return organizations.create_document(wanted.name, slug, wanted.metadata, cluster, pool)


def _insert(created: Created, caller: Membership | None, claim: Claim | None) -> None:
    organization, account = created

    def attempt(session: ClientSession) -> None:
        creation.insert(organization, session)
        if caller is None:
            accounts.insert(account, session)
        elif not accounts.lock(account["_id"], session):
            raise InvalidToken
        accounts.add_member(organization["_id"], account["_id"], session)
        details = {"name": organization["name"], "slug": organization["slug"], "account_id": account["_id"]}
        audit.record("organization.created", [organization["_id"]], session, details)
        if claim is not None:
            answer = {"organization": organization, "account": account | {"password_hash": ""}}
            claim.complete(answer, session)
        creation.reserve(organization, session)

    database.run_transaction(attempt)


def _find_owner(caller: Membership) -> AccountDocument:
    account = accounts.find(caller.account_id)
    if account is None:
        raise InvalidToken
    return account


def _prepare_account(email: str, password: str) -> AccountDocument:
    if accounts.find_by_email(email):
        raise EmailTaken
    return accounts.create_document(email, hash_password(password))


def _derived_slug(name: str) -> str:
    try:
        return names.slug_of(name)
    except ValueError as error:
        raise InvalidFields.of("name", str(error)) from None


def _free_slug(slug: str, besides: str | None = None) -> None:
    """Raise unless the slug is free, once an intent that its holder left behind is settled."""
    holder = organizations.find_holder(slug)
    if holder is not None and holder["_id"] != besides:
        settle(holder)
        if organizations.find_holder(slug) is not None:
            raise OrganizationExists


def update(
    membership: Membership, changes: UpdateOrganization, if_match: Callable[[int], bool]
) -> OrganizationDocument:
    """Change an organization's name, slug or metadata; a changed slug renames its collection.

    Parameters
    ----------
    membership : Membership
        The caller's; its organization as it was read.
    changes : UpdateOrganization
        What to change; metadata is merged (RFC 7396).
    if_match : callable
        Tells whether a version satisfies the request's If-Match field.

    Raises
    ------
    PreconditionFailed, OrganizationExists, InvalidFields
        Nothing changed.
    InvalidToken
        The organization has been deleted meanwhile.
    ServiceUnavailable
        Others changed the organization again and again; nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown: all or nothing once the intent is settled.
    """
    current: OrganizationDocument | None = membership.organization
    for _ in range(MAX_ATTEMPTS):
        current = settle(current) if current else None
        if current is None:
            raise InvalidToken
        if not if_match(current["version"]):
            raise PreconditionFailed
        try:
            return _change(current, _target(current, changes))
        except OvertakenError:
            current = organizations.find(membership.organization_id)
    raise ServiceUnavailable


def _target(current: OrganizationDocument, changes: UpdateOrganization) -> dict[str, Any]:
    """Name, slug and metadata after the changes."""
    name = changes.name or current["name"]
    slug = changes.slug or (current["slug"] if name == current["name"] else _derived_slug(name))
    merged = current["metadata"] | (changes.metadata or {})
    metadata = {key: value for key, value in merged.items() if value is not None}
    if len(metadata) > METADATA_MAX_KEYS:
        raise InvalidFields.of("metadata", f"would hold more than {METADATA_MAX_KEYS} keys")
    return {"name": name, "slug": slug, "metadata": metadata}


def _change(current: OrganizationDocument, target: dict[str, Any]) -> OrganizationDocument:
    """Bring an active organization to the target."""
    if all(current[field] == value for field, value in target.items()):  # type: ignore[literal-required]
        return current
    if target["slug"] == current["slug"]:
        changed = _replace(current, target, "organization.changed")
    else:
        _free_slug(target["slug"], besides=current["_id"])
        changed = _rename(current, target)
    if changed is None:
        raise OvertakenError
    return changed


def _rename(current: OrganizationDocument, target: dict[str, Any]) -> OrganizationDocument | None:
    if current.get("move"):
        raise moving.refusal()
    if not is_pooled(current):
        return carry_out(current, "renaming", target)
    names_of_it = {"slugs": [target["slug"]], "collection": names.collection_of(target["slug"])}
    return _replace(current, target | names_of_it, "organization.renamed")


def _replace(
    current: OrganizationDocument, target: dict[str, Any], action: audit.Action
) -> OrganizationDocument | None:
    def attempt(session: ClientSession) -> OrganizationDocument | None:
        changed = organizations.replace(current, target | {"updated_at": database.now()}, session)
        if changed is not None:
            audit.record(action, [current["_id"]], session, audit.changes(current, target))
        return changed

    return database.run_transaction(attempt)


def delete(membership: Membership) -> None:
    """Delete an organization, its collection, its members, and accounts left without an organization.

    When it returns, every token for the organization is dead and its name is free.

    Raises
    ------
    ServiceUnavailable
        Others changed the organization again and again; nothing was deleted.
    pymongo.errors.PyMongoError
        Outcome unknown: once the intent is settled, it is gone or nothing happened.
    """
    current: OrganizationDocument | None = membership.organization
    for _ in range(MAX_ATTEMPTS):
        current = settle(current) if current else None
        if current is None:
            return
        if current.get("move"):
            cleaning.make_way(current["_id"])
            current = organizations.find(current["_id"])
            continue
        try:
            if is_pooled(current):
                erasures.delete(current)
            else:
                carry_out(current, "deleting", {})
        except OvertakenError:
            current = organizations.find(membership.organization_id)
        else:
            return
    raise ServiceUnavailable
