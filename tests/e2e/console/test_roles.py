"""Each role is offered what the API lets it do, all of it, and nothing else."""

from typing import Final, NamedTuple

import pytest
from playwright.sync_api import Page, Response, expect

from tenantry.identity.roles import ROLES, Role
from tests.e2e.console.chromium import log_in, slow
from tests.e2e.console.people import join, verify
from tests.e2e.console.views import fill_organization, show
from tests.e2e.http_service import unique
from tests.e2e.mailbox import Mailbox
from tests.integration.tenants.isolation.routes import Route
from tests.integration.tenants.isolation.test_roles import LEAST_ROLES
from tests.support.owners import Owner


class Offer(NamedTuple):
    """What a view shows to whoever may ask a route for something."""

    view: str
    role: str
    name: str
    route: Route


def offer(view: str, role: str, name: str, method: str, below: str = "") -> Offer:
    return Offer(view, role, name, Route(method, f"/organizations/{{organization}}{below}"))


_INVITATION: Final = "/invitations/{invitation}"
OFFERS: Final = [
    offer("/", "heading", "Use of limits", "GET", "/usage"),
    offer("/documents", "link", "Create", "POST", "/documents"),
    offer("/documents", "link", "Import", "POST", "/documents"),
    offer("/documents", "link", "Export", "GET", "/documents"),
    offer("/documents?do=create", "button", "Create", "POST", "/documents"),
    offer("/documents?do=import", "button", "Import", "POST", "/documents"),
    offer("/documents/apples", "button", "Edit", "PUT", "/documents/{document}"),
    offer("/documents/apples", "button", "Delete", "DELETE", "/documents/{document}"),
    offer("/indexes", "button", "Create", "POST", "/indexes"),
    offer("/indexes", "button", "Drop by-kind", "DELETE", "/indexes/{name}"),
    offer("/members", "link", "Invite", "POST", "/invitations"),
    offer("/members", "button", "Change role of {viewer}", "PATCH", "/members/{member}"),
    offer("/members", "button", "Remove {editor}", "DELETE", "/members/{member}"),
    offer("/members", "button", "Offer", "PUT", "/ownership-transfer"),
    offer("/invitations", "button", "Invite", "POST", "/invitations"),
    offer("/invitations", "button", "Resend to {guest}", "POST", f"{_INVITATION}/resend"),
    offer("/invitations", "button", "Revoke the invitation of {guest}", "DELETE", _INVITATION),
    offer("/keys", "button", "Create the key", "POST", "/keys"),
    offer("/keys", "button", "Secrets of Nightly", "POST", "/keys/{key}/secrets"),
    offer("/keys", "button", "Revoke Nightly", "DELETE", "/keys/{key}"),
    offer("/audit", "button", "Filter", "GET", "/audit"),
    offer("/settings", "button", "Rename", "PATCH"),
    offer("/settings", "button", "Save", "PATCH"),
    offer("/settings", "button", "Release {former}", "DELETE", "/former-slugs/{slug}"),
    offer("/settings", "button", "Delete the organization", "DELETE"),
]
# The page replaces documents as a whole; the others are in a dialog, or for whoever an offer is made to.
ELSEWHERE: Final = {
    Route("PATCH", "/organizations/{organization}/documents/{document}"),
    Route("DELETE", "/organizations/{organization}/keys/{key}/secrets/{secret}"),
    Route("DELETE", "/organizations/{organization}/ownership-transfer"),
    Route("POST", "/organizations/{organization}/ownership-transfer/accept"),
}


def test_everything_that_changes_something_is_offered_somewhere() -> None:
    changing = {route for route in LEAST_ROLES if route.method != "GET"}
    assert changing == {each.route for each in OFFERS if each.route.method != "GET"} | ELSEWHERE


@pytest.fixture
def people(owner: Owner, mailbox: Mailbox) -> dict[Role, Owner]:
    """Somebody of each role, in an organization that has something of everything."""
    verify(owner, mailbox)
    people: dict[Role, Owner] = {role: join(owner, mailbox, role) for role in ROLES if role != "owner"}
    fill_organization(owner)
    key = {"name": "Nightly", "scopes": ["documents:read"]}
    guest = {"email": f"guest-{owner.email}", "role": "viewer"}
    for path, body in (("keys", key), ("invitations", guest)):
        assert owner.service.post(f"{owner.path}/{path}", body, token=owner.token).status == 201
    assert owner.service.patch(owner.path, {"name": unique("Renamed")}, token=owner.token).status == 200
    return {**people, "owner": owner}


@slow
@pytest.mark.parametrize("role", ROLES)
def test_role_is_offered_what_it_may_do(
    page: Page, console: str, people: dict[Role, Owner], role: Role
) -> None:
    refused: list[str] = []

    def note(answer: Response) -> None:
        if answer.status == 403:
            refused.append(answer.url)

    page.on("response", note)
    log_in(page, console, people[role])
    owner = people["owner"]
    names = {
        "viewer": people["viewer"].email,
        "editor": people["editor"].email,
        "guest": f"guest-{owner.email}",
        "former": owner.slug,
    }
    shown = ""
    for view, kind, name, route in OFFERS:
        if view != shown:
            show(page, view)
            shown = view
        label = name.format_map(names)
        element = page.get_by_role(kind, name=label, exact=True)  # type: ignore[arg-type]
        if ROLES.index(role) >= ROLES.index(LEAST_ROLES[route]):
            expect(element, view).not_to_have_count(0)
        else:
            expect(element, view).to_have_count(0)
    assert refused == []
    expect(page.get_by_role("alert")).to_have_count(0)
