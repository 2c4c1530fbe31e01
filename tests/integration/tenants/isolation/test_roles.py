"""Each route of an organization takes a least role, and refuses every lower one."""

from dataclasses import dataclass, replace
from typing import Final

import pytest

from tenantry.identity.roles import ROLES, Role
from tests.integration.tenants.isolation.observer import Observer
from tests.integration.tenants.isolation.reused import Reused
from tests.integration.tenants.isolation.routes import ALL, SAMPLES, Route
from tests.integration.tenants.isolation.tenants import Tenant, create_tenant, newest_session, snapshot
from tests.support.colleagues import join_and_log_in
from tests.support.openapi import OPENAPI

_ORGANIZATION: Final = "/organizations/{organization}"
LEAST_ROLES: Final[dict[Route, Role]] = {
    Route("GET", _ORGANIZATION): "viewer",
    Route("PATCH", _ORGANIZATION): "admin",
    Route("DELETE", _ORGANIZATION): "owner",
    Route("GET", f"{_ORGANIZATION}/former-slugs"): "viewer",
    Route("DELETE", f"{_ORGANIZATION}/former-slugs/{{slug}}"): "owner",
    Route("POST", f"{_ORGANIZATION}/documents"): "editor",
    Route("GET", f"{_ORGANIZATION}/documents"): "viewer",
    Route("GET", f"{_ORGANIZATION}/documents/{{document}}"): "viewer",
    Route("PUT", f"{_ORGANIZATION}/documents/{{document}}"): "editor",
    Route("PATCH", f"{_ORGANIZATION}/documents/{{document}}"): "editor",
    Route("DELETE", f"{_ORGANIZATION}/documents/{{document}}"): "editor",
    Route("GET", f"{_ORGANIZATION}/count"): "viewer",
    Route("GET", f"{_ORGANIZATION}/indexes"): "viewer",
    Route("POST", f"{_ORGANIZATION}/indexes"): "admin",
    Route("DELETE", f"{_ORGANIZATION}/indexes/{{name}}"): "admin",
    Route("GET", f"{_ORGANIZATION}/audit"): "admin",
    Route("GET", f"{_ORGANIZATION}/usage"): "admin",
    Route("GET", f"{_ORGANIZATION}/members"): "viewer",
    Route("GET", f"{_ORGANIZATION}/members/{{member}}"): "viewer",
    Route("PATCH", f"{_ORGANIZATION}/members/{{member}}"): "admin",
    Route("DELETE", f"{_ORGANIZATION}/members/{{member}}"): "admin",
    Route("GET", f"{_ORGANIZATION}/ownership-transfer"): "viewer",
    Route("PUT", f"{_ORGANIZATION}/ownership-transfer"): "owner",
    Route("DELETE", f"{_ORGANIZATION}/ownership-transfer"): "owner",
    Route("POST", f"{_ORGANIZATION}/ownership-transfer/accept"): "viewer",
    Route("POST", f"{_ORGANIZATION}/invitations"): "admin",
    Route("GET", f"{_ORGANIZATION}/invitations"): "admin",
    Route("POST", f"{_ORGANIZATION}/invitations/{{invitation}}/resend"): "admin",
    Route("DELETE", f"{_ORGANIZATION}/invitations/{{invitation}}"): "admin",
    Route("POST", f"{_ORGANIZATION}/keys"): "admin",
    Route("GET", f"{_ORGANIZATION}/keys"): "admin",
    Route("GET", f"{_ORGANIZATION}/keys/{{key}}"): "admin",
    Route("DELETE", f"{_ORGANIZATION}/keys/{{key}}"): "admin",
    Route("POST", f"{_ORGANIZATION}/keys/{{key}}/secrets"): "admin",
    Route("DELETE", f"{_ORGANIZATION}/keys/{{key}}/secrets/{{secret}}"): "admin",
}
# What members of any role may do to themselves, or what only somebody else may.
ALSO_OF_ALL: Final = {
    Route("PATCH", f"{_ORGANIZATION}/members/{{member}}"),
    Route("DELETE", f"{_ORGANIZATION}/members/{{member}}"),
    Route("DELETE", f"{_ORGANIZATION}/ownership-transfer"),
    Route("POST", f"{_ORGANIZATION}/ownership-transfer/accept"),
}
# An owner, besides the one who has made an offer.
ANOTHER_OWNERS_STATUS: Final = {Route("PUT", f"{_ORGANIZATION}/ownership-transfer"): 409}
OF_TENANTS: Final = [route for route in ALL if route.is_of_tenant]


def test_each_route_of_an_organization_has_a_least_role() -> None:
    assert LEAST_ROLES.keys() == set(OF_TENANTS)


@pytest.mark.parametrize("route", OF_TENANTS, ids=" ".join)
def test_the_least_role_is_described(route: Route) -> None:
    operation = OPENAPI["paths"][route.resource][route.method.lower()]
    least = "viewer" if route in ALSO_OF_ALL else LEAST_ROLES[route]
    assert operation["x-least-role"] == least
    scopes = operation.get("x-scopes", [])
    with_key = f", or an API key with the scope {' or '.join(scopes)}" if scopes else ""
    assert operation["description"].endswith(f"Takes at least the role {least}{with_key}.")
    assert "403" in operation["responses"]


@dataclass(frozen=True)
class Team:
    """An organization, and a member of it for each role, with the member's own token, account and session."""

    organization: Tenant
    members: dict[Role, Tenant]


def create_team(observer: Observer) -> Team:
    organization = create_tenant(observer.service, observer.databases)
    observer.tenants.append(organization)
    members: dict[Role, Tenant] = {}
    for role in ROLES:
        joined = join_and_log_in(observer.service, organization.id, role)
        session_id = newest_session(observer.databases, joined.account_id)
        members[role] = replace(
            organization, token=joined.token, account_id=joined.account_id, session_id=session_id
        )
    return Team(organization, members)


@pytest.fixture(scope="module")
def teams(observer: Observer) -> Reused[Team]:
    return Reused(observer.databases, lambda: create_team(observer))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", OF_TENANTS, ids=" ".join)
def test_who_has_a_lower_role_is_refused(
    observer: Observer, victim: Tenant, teams: Reused[Team], route: Route, role: Role
) -> None:
    team = teams.get()
    organization, member = team.organization, team.members[role]
    before = snapshot(observer.databases, organization)
    answer = observer.send(
        route.method,
        route.path(organization.slug, organization),
        organization,
        json_body=SAMPLES[route].body(member),
        token=member.token,
    )
    if ROLES.index(role) >= ROLES.index(LEAST_ROLES[route]):
        assert answer.status == ANOTHER_OWNERS_STATUS.get(route, SAMPLES[route].status), answer.text
    else:
        assert (answer.status, answer.code) == (403, "role-too-low")
        assert snapshot(observer.databases, organization) == before
