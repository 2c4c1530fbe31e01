"""The creation of organizations as the routes for it have it: from the request's body to the answer."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from tenantry.errors import InvalidFields
from tenantry.http.accounts.representations import account_of
from tenantry.http.organizations.bodies import CreateOrganization, CreateOrganizationAsOperator
from tenantry.http.organizations.representations import organization_of
from tenantry.http.preconditions import etag
from tenantry.identity.addresses.email_addresses import folded
from tenantry.identity.owners import ExistingAccount, NewAccount, Owner
from tenantry.lifecycle import creating, slugs
from tenantry.lifecycle.creating import NewOrganization
from tenantry.lifecycle.idempotency import Key
from tenantry.registry import limits


def create(
    body: CreateOrganization,
    account_id: str | None,
    idempotency_key: str | None,
    path: str,
) -> Response[dict[str, Any]]:
    """Create the organization that a body asks for, and answer it.

    Parameters
    ----------
    body : CreateOrganization
        Of the request; e-mail and password belong to it exactly if no account is named.
    account_id : str, optional
        The account that owns the organization; it gets one of its own if left out.
    idempotency_key : str, optional
        The request's Idempotency-Key field.
    path : str
        Path of the URL at which members find organizations, as the client sees it.

    Raises
    ------
    InvalidFields
        A field is missing or superfluous, the password is guessable, the name gives no slug, or there is no
        such plan.
    TenantryError
        What `tenantry.lifecycle.creating.create` raises.
    """
    owner = _owner(body, account_id)
    organization = _organization(body)
    key = _key(body, owner, idempotency_key) if idempotency_key is not None else None
    created = creating.create(organization, owner, key)
    return Response(
        status_code=HTTPStatus.CREATED,
        content_type="application/json",
        headers={
            "Location": f"{path}/{created.organization['_id']}",
            "ETag": etag(created.organization["version"]),
        },
        body={
            "organization": organization_of(created.organization),
            "account": account_of(created.account),
        },
    )


def _organization(body: CreateOrganization) -> NewOrganization:
    slug = slugs.chosen(body.slug) if body.slug else slugs.derive(body.name)
    organization = NewOrganization(body.name, slug, dict(body.metadata))
    if not isinstance(body, CreateOrganizationAsOperator):
        return organization
    return replace(organization, kind=body.placement, plan=limits.named(body.plan))


def _owner(body: CreateOrganization, account_id: str | None) -> Owner:
    credentials = {"email": body.email, "password": body.password}
    sent = [field for field, value in credentials.items() if value is not None]
    if account_id is not None:
        if sent:
            raise _wrong(sent, "must be left out, since the token names the account")
        return ExistingAccount(account_id)
    if body.email is None or body.password is None:
        raise _wrong([field for field in credentials if field not in sent], "Field required")
    return NewAccount.chosen(body.email, body.password, body.name)


def _wrong(fields: list[str], message: str) -> InvalidFields:
    return InvalidFields(errors=[{"field": field, "message": message} for field in fields])


def _key(body: CreateOrganization, owner: Owner, idempotency_key: str) -> Key:
    """Return the key of whoever owns the organization, for all of the body but the password."""
    sent = body.model_dump(exclude={"password"})
    if sent.get("plan") is None:  # as in requests without any
        sent.pop("plan", None)
    if isinstance(owner, ExistingAccount):
        return Key(owner.account_id, idempotency_key, sent)
    email = folded(owner.address)
    return Key(email, idempotency_key, sent | {"email": email})
