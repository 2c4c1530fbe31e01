"""Organizations, as the operator creates and changes them in a browser."""

from playwright.sync_api import Page, expect

from tenantry.identity import throttling
from tenantry.identity.api_keys import managing
from tenantry.identity.credentials import check_password
from tenantry.identity.members import Membership
from tenantry.lifecycle import configuring, suspending
from tests.e2e.console.chromium import Complaints, axe, slow
from tests.e2e.console.operator.views import EVIL, show
from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.console import Page as Served
from tests.support.databases import Databases


def test_story_of_an_organization(
    operators: tuple[Page, Served], google: Membership, databases: Databases
) -> None:
    page, _ = operators
    library.create(EVIL, "evil@example.com")
    managing.create(google, managing.NewKey("nightly", ["documents:read"]))
    show(page, "organizations")
    expect(page.get_by_role("link", name=EVIL)).to_be_visible()
    axe(page)
    page.get_by_label("Slug begins with").fill("goo")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("link", name=EVIL)).to_have_count(0)
    page.get_by_role("link", name="Google").click()
    expect(page.get_by_role("heading", level=1, name="Google")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Read the addresses").click()
    expect(page.get_by_text("owner@google.example")).to_be_visible()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The key is revoked.")).to_be_visible()
    assert databases.master["api_keys"].find_one() is None

    page.get_by_role("button", name="Suspend").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Suspend")).to_be_disabled()
    dialog.get_by_label("Type google to confirm").fill("google")
    dialog.get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("suspended", exact=True)).to_be_visible()
    page.get_by_role("button", name="Reactivate").click()
    dialog.get_by_role("button", name="Reactivate").click()
    expect(page.get_by_text("suspended", exact=True)).to_have_count(0)

    page.get_by_label("Move to").select_option("main/pooled")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("Moved 50 documents, all compared")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("main, pooled")).to_be_visible()

    page.get_by_label("members").fill("5")
    page.get_by_label("Properties", exact=True).fill('{"region": "eu"}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Plan, limits and properties are saved.")).to_be_visible()
    stored = databases.master["organizations"].find_one({"_id": google.organization_id})
    assert stored is not None
    assert (stored["properties"], stored["limits"], stored["pool"]) == (
        {"region": "eu"},
        {"members": 5},
        "pool_0",
    )
    assert "suspended_at" not in stored


def test_organization_is_created_for_somebody(
    operators: tuple[Page, Served], databases: Databases, complaints: Complaints
) -> None:
    page, _ = operators
    tenantry_json("plan", "set", "pro", "--limit", "members=5")
    library.create("Google", "ada@example.com")
    show(page, "organizations")
    page.get_by_role("link", name="Create an organization").click()
    page.get_by_label("Organization", exact=True).fill(EVIL)
    page.get_by_label("Slug").fill("evil")
    page.get_by_label("Documents").select_option("pooled")
    page.get_by_label("Plan").select_option("pro")
    page.get_by_label("Metadata").fill('{"country": "NL"}')
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_role("button", name="Make one up").click()
    page.get_by_role("button", name="Create it").click()
    expect(page.get_by_text("This address has an account already.")).to_be_visible()
    page.get_by_label("Email").fill("eve@example.com")
    axe(page)
    page.route("**/operator/organizations", lambda route: (route.fetch(), route.abort()), times=1)
    page.get_by_role("button", name="Create it").click()
    expect(page.get_by_text("The connection was lost before an answer came.")).to_be_visible()
    expect(page.get_by_label("Slug")).to_be_disabled()
    page.get_by_role("button", name="Create it").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(EVIL)).to_be_visible()
    axe(page)
    password = dialog.get_by_label("First password").input_value()
    dialog.get_by_role("button", name="To the organization").click()
    expect(page.get_by_role("heading", level=1, name=EVIL)).to_be_visible()
    assert password not in page.content()
    account = databases.master["accounts"].find_one({"email": "eve@example.com"})
    assert account is not None
    assert check_password(throttling.of_stranger("eve@example.com"), account, password)  # type: ignore[arg-type]
    (stored,) = databases.master["organizations"].find({"slug": "evil"})
    assert (stored["plan"], stored["metadata"]) == ("pro", {"country": "NL"})
    assert "pool" in stored


@slow
def test_two_operators_change_the_same_organization(
    operators: tuple[Page, Served], google: Membership
) -> None:
    page, _ = operators
    show(page, f"organizations/{google.organization_id}")
    page.get_by_label("Private properties").fill('{"customer": 1}')
    page.route(
        "**/operator/organizations/*",
        lambda route: route.abort() if route.request.method == "GET" else route.continue_(),
    )
    configuring.configure(google.organization_id, {"private": {"customer": 2}}, lambda _: True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody else has changed this in the meantime.")).to_be_visible()


@slow
def test_suspension_does_what_its_dialog_said(
    operators: tuple[Page, Served], google: Membership, databases: Databases
) -> None:
    page, _ = operators
    show(page, f"organizations/{google.organization_id}")
    page.get_by_role("button", name="Suspend").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Type google to confirm").fill("google")
    suspending.suspend(google.organization_id)
    expect(dialog.get_by_text("suspended by somebody else in the meantime")).to_be_visible()
    dialog.get_by_role("button", name="Suspend").click()
    expect(dialog).to_have_count(0)
    stored = databases.master["organizations"].find_one({"_id": google.organization_id})
    assert stored is not None
    assert "suspended_at" in stored
