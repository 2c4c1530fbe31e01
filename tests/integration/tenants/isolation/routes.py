"""Every route of the functions, and for each a request that a member of an organization may make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple

from tenantry.identity import links
from tenantry.identity.addresses import email_holds
from tenantry.identity.links import Claims, Purpose
from tenantry.runtime import moments, mongodb
from tests.integration.tenants.isolation.tenants import SHARED, Tenant, word
from tests.support.owners import PASSWORD
from tests.support.routes import ROUTES
from tests.support.service import OMITTED, PROJECT, module


class Route(NamedTuple):
    """A method and API Gateway's path template."""

    method: str
    resource: str

    @property
    def is_of_tenant(self) -> bool:
        """Whether the path names an organization."""
        return "{organization}" in self.resource

    def path(self, organization: str, tenant: Tenant | None = None) -> str:
        """Return the path that names an organization like this, and in it what every tenant has.

        What only one tenant has, it has of that one, or of nobody.
        """
        owner = tenant or Tenant()
        names = {"organization": organization, "document": SHARED, "name": SHARED}
        ids = {"session": owner.session_id, "member": owner.colleague.member_id}
        ids |= {"slug": owner.slug, "rollout": SHARED, "plan": SHARED, "file": "index.html"}
        ids |= {"invitation": owner.invitation_id, "key": owner.key_id, "secret": owner.secret_id}
        return self.resource.replace("+}", "}").format_map(names | ids)


@dataclass(frozen=True)
class Sample:
    """A request of an owner that succeeds: its answer's status, and its body for a tenant.

    404 is the answer where it can only succeed for somebody else.
    """

    status: int
    body: Callable[[Tenant], Any] = lambda tenant: OMITTED
    needs_token: bool = True


def _document(tenant: Tenant) -> dict[str, Any]:
    return {tenant.words.field: [tenant.words.value, 1]}


def _mailed_token(tenant: Tenant, purpose: Purpose) -> str:
    """Return the token of a link as the sender of mails makes it."""
    claims: Claims = {"account_id": tenant.account_id, "auth_epoch": 0}
    if purpose == "invitation":
        claims = {"invitation_id": tenant.invitation_id}
    return links.create("mail_1", purpose, claims, moments.now() + timedelta(minutes=1))


def _link_to_another_address(tenant: Tenant) -> str:
    """Return the token of a link as the sender of mails makes it."""
    claims: Claims = {
        "account_id": tenant.account_id,
        "auth_epoch": 0,
        "address": f"{tenant.words.person}@another.example",
    }
    return links.create("mail_2", "change-email", claims, moments.now() + timedelta(minutes=1))


def _link_to_the_earlier_address(tenant: Tenant) -> str:
    """Return the token of a link as the sender makes it for an address that the account has given up."""
    email = f"{tenant.words.person}@earlier.example"
    mongodb.run_transaction(lambda session: email_holds.hold(email, tenant.account_id, 0, session))
    claims: Claims = {"account_id": tenant.account_id, "email": email}
    return links.create("mail_3", "undo-email-change", claims, moments.now() + timedelta(minutes=1))


_ROUTES: Final = [Route(method, resource) for method, resource, _ in ROUTES]
OF_OPERATOR: Final = [route for route in _ROUTES if route.resource.startswith("/operator/")]
ALL: Final = [route for route in _ROUTES if route not in OF_OPERATOR]
_ORGANIZATION: Final = "/organizations/{organization}"
_DOCUMENTS: Final = f"{_ORGANIZATION}/documents"
_DOCUMENT: Final = f"{_DOCUMENTS}/{{document}}"
_INDEXES: Final = f"{_ORGANIZATION}/indexes"
_MEMBERS: Final = f"{_ORGANIZATION}/members"
_MEMBER: Final = f"{_MEMBERS}/{{member}}"
_TRANSFER: Final = f"{_ORGANIZATION}/ownership-transfer"
_KEYS: Final = f"{_ORGANIZATION}/keys"
_KEY: Final = f"{_KEYS}/{{key}}"
_INVITATIONS: Final = f"{_ORGANIZATION}/invitations"
_INVITATION: Final = f"{_INVITATIONS}/{{invitation}}"

SAMPLES: Final[Mapping[Route, Sample]] = {
    Route("POST", "/organizations"): Sample(201, lambda tenant: {"name": f"Second {tenant.words.name}"}),
    Route("GET", _ORGANIZATION): Sample(200),
    Route("PATCH", _ORGANIZATION): Sample(200, lambda tenant: {"name": f"Renamed {tenant.words.name}"}),
    Route("DELETE", _ORGANIZATION): Sample(204),
    Route("GET", f"{_ORGANIZATION}/former-slugs"): Sample(200),
    Route("DELETE", f"{_ORGANIZATION}/former-slugs/{{slug}}"): Sample(404),  # it has not left its slug
    Route("POST", _DOCUMENTS): Sample(201, lambda tenant: {"_id": "sent"} | _document(tenant)),
    Route("GET", _DOCUMENTS): Sample(200),
    Route("GET", _DOCUMENT): Sample(200),
    Route("PUT", _DOCUMENT): Sample(200, _document),
    Route("PATCH", _DOCUMENT): Sample(200, _document),
    Route("DELETE", _DOCUMENT): Sample(204),
    Route("GET", f"{_ORGANIZATION}/count"): Sample(200),
    Route("GET", _INDEXES): Sample(200),
    Route("POST", _INDEXES): Sample(201, lambda tenant: {"keys": [{"field": f"{tenant.words.field}.more"}]}),
    Route("DELETE", f"{_INDEXES}/{{name}}"): Sample(204),
    Route("GET", f"{_ORGANIZATION}/audit"): Sample(200),
    Route("GET", f"{_ORGANIZATION}/usage"): Sample(200),
    Route("GET", _MEMBERS): Sample(200),
    Route("GET", _MEMBER): Sample(200),
    Route("PATCH", _MEMBER): Sample(200, lambda tenant: {"role": "editor"}),
    Route("DELETE", _MEMBER): Sample(204),
    Route("GET", _TRANSFER): Sample(200),
    Route("PUT", _TRANSFER): Sample(200, lambda tenant: {"member": tenant.colleague.member_id}),
    Route("DELETE", _TRANSFER): Sample(204),
    Route("POST", f"{_TRANSFER}/accept"): Sample(404),  # it is offered to another member
    Route("POST", _INVITATIONS): Sample(
        201, lambda tenant: {"email": f"{word()}@example.com", "role": "editor"}
    ),
    Route("GET", _INVITATIONS): Sample(200),
    Route("POST", f"{_INVITATION}/resend"): Sample(202),
    Route("DELETE", _INVITATION): Sample(204),
    Route("POST", _KEYS): Sample(201, lambda tenant: {"name": word(), "scopes": ["documents:read"]}),
    Route("GET", _KEYS): Sample(200),
    Route("GET", _KEY): Sample(200),
    Route("DELETE", _KEY): Sample(204),
    Route("DELETE", f"{_KEY}/secrets/{{secret}}"): Sample(409),  # the key has no other one
    Route("POST", f"{_KEY}/secrets"): Sample(201),
    Route("POST", "/invitations/accept"): Sample(
        200,
        lambda tenant: {"token": _mailed_token(tenant, "invitation"), "password": tenant.password},
        needs_token=False,
    ),
    Route("POST", "/login"): Sample(
        200, lambda tenant: {"email": tenant.email, "password": tenant.password}, needs_token=False
    ),
    Route("POST", "/login/confirm"): Sample(200, lambda tenant: {"password": tenant.password}),
    Route("POST", "/login/refresh"): Sample(
        200, lambda tenant: {"refresh_token": tenant.refresh_token}, needs_token=False
    ),
    Route("POST", "/login/switch"): Sample(
        200,
        lambda tenant: {"refresh_token": tenant.refresh_token, "organization": tenant.slug},
        needs_token=False,
    ),
    Route("POST", "/logout"): Sample(
        204, lambda tenant: {"refresh_token": tenant.refresh_token}, needs_token=False
    ),
    Route("POST", "/logout/everywhere"): Sample(204),
    Route("GET", "/account"): Sample(200),
    Route("DELETE", "/account"): Sample(409),
    Route("GET", "/account/sessions"): Sample(200),
    Route("DELETE", "/account/sessions/{session}"): Sample(204),
    Route("POST", "/account/email-verification"): Sample(204),  # for its address is verified
    Route("POST", "/account/email-verification/complete"): Sample(
        204, lambda tenant: {"token": _mailed_token(tenant, "verify-email")}
    ),
    Route("PUT", "/account/password"): Sample(
        204, lambda tenant: {"current_password": tenant.password, "new_password": f"{PASSWORD} changed"}
    ),
    Route("POST", "/account/password-reset"): Sample(
        202, lambda tenant: {"email": tenant.email}, needs_token=False
    ),
    Route("POST", "/account/password-reset/complete"): Sample(
        204,
        lambda tenant: {
            "token": _mailed_token(tenant, "reset-password"),
            "new_password": f"{PASSWORD} chosen",
        },
        needs_token=False,
    ),
    Route("POST", "/account/email-change"): Sample(
        202,
        lambda tenant: {
            "new_email": f"{tenant.words.person}@another.example",
            "current_password": tenant.password,
        },
    ),
    Route("POST", "/account/email-change/complete"): Sample(
        204, lambda tenant: {"token": _link_to_another_address(tenant)}
    ),
    Route("POST", "/account/email-change/undo"): Sample(
        204, lambda tenant: {"token": _link_to_the_earlier_address(tenant)}, needs_token=False
    ),
    Route("POST", "/deletions/undo"): Sample(404, lambda tenant: {"token": "A" * 43}, needs_token=False),
    Route("GET", "/.well-known/jwks.json"): Sample(200, needs_token=False),
    Route("GET", "/.well-known/openid-configuration"): Sample(200, needs_token=False),
    Route("GET", "/openapi.json"): Sample(200, needs_token=False),
    Route("GET", "/docs"): Sample(200, needs_token=False),
    Route("GET", "/console"): Sample(307, needs_token=False),
    Route("GET", "/console/{file+}"): Sample(200, needs_token=False),
    Route("GET", "/health"): Sample(200, needs_token=False),
    Route("GET", "/health/ready"): Sample(200, needs_token=False),
}


def resolved() -> set[Route]:
    """Return the routes that the functions' own resolvers have."""
    functions = [path.parent.name for path in PROJECT.glob("functions/*/app.py")]
    apps = [vars(module(function))["app"] for function in functions if "app" in vars(module(function))]
    return {
        Route(route.method, route.openapi_path)
        for app in apps
        for route in app._static_routes + app._dynamic_routes
    }
