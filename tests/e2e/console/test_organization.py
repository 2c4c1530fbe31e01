"""What owners and admins do with their organization in the console."""

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.chromium import Complaints, axe, log_in, slow
from tests.e2e.console.forms import fill, follow, heading
from tests.e2e.http_service import HttpService, unique
from tests.e2e.mailbox import Mailbox
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, sign_up

# What the API takes for a name, and a careless page for markup, or for a way to turn text round.
HOSTILE_NAMES = (
    '<img src=x onerror="document.title=1">',
    "</bdi></title><script>document.title=1</script>",
    "__proto__",
    "{{constructor}} ${7*7} %3Cb%3E &lt;b&gt;",
    "שלום (google) 1/2 עולם",
    "W" * 100,
)


@contextlib.contextmanager
def collection_in_use(databases: Databases, collection: str) -> Iterator[None]:
    """Keep a transaction open that has written there, for which MongoDB lets a rename wait."""
    with databases.client.start_session() as session, session.start_transaction():
        databases.tenants[collection].insert_one({"_id": "in a transaction"}, session=session)
        yield
        session.abort_transaction()


def open_settings(page: Page) -> None:
    page.get_by_role("link", name="Settings").first.click()
    heading(page, "Settings")
    page.get_by_role("heading", name="Metadata").wait_for()


def test_rename_takes_the_collection_along_and_metadata_keep_their_digits(
    logged_in: Page, owner: Owner, databases: Databases
) -> None:
    page, name = logged_in, unique("Alphabet")
    open_settings(page)
    fill(page, {"Name": name})
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("button", name="Organization:")).to_contain_text(name)
    expect(page.get_by_role("region", name="Former slugs")).to_contain_text(owner.slug)
    axe(page)

    page.get_by_role("button", name="Add a key").click()
    row = page.get_by_role("group", name="Key 1")
    row.get_by_label("Key", exact=True).fill("seats")
    row.get_by_label("Type").select_option("number")
    row.get_by_label("Value").fill("9007199254740993")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The metadata is saved.")).to_be_visible()
    stored = databases.master["organizations"].find_one({"_id": owner.id})
    assert stored is not None
    assert stored["metadata"] == {"seats": 9007199254740993}
    assert stored["collection"] in databases.tenants.list_collection_names()

    page.get_by_role("button", name=f"Release {owner.slug}").click()
    page.get_by_role("dialog").get_by_role("button", name="Release it").click()
    expect(page.get_by_role("region", name="Former slugs")).to_have_count(0)


@slow
def test_change_by_somebody_else_meanwhile_is_not_overwritten(logged_in: Page, owner: Owner) -> None:
    page, theirs = logged_in, unique("Theirs")
    open_settings(page)
    fill(page, {"Name": unique("Ours")})
    assert owner.service.patch(owner.path, {"name": theirs}, token=owner.token).status == 200
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed this")
    axe(page)
    page.get_by_role("button", name="Show what is there now").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(theirs)


@slow
def test_rename_that_answers_503_shows_its_outcome_when_it_is_known(
    logged_in: Page, owner: Owner, databases: Databases
) -> None:
    page, name = logged_in, unique("Delayed")
    open_settings(page)
    fill(page, {"Name": name})
    with collection_in_use(databases, owner.organization["collection"]):
        page.get_by_role("button", name="Rename").click()
        expect(page.get_by_role("alert")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Show what is there now").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(name, timeout=60_000)


@slow
def test_organization_is_deleted_with_its_name_and_password_and_brought_back(
    page: Page, console: str, mailbox: Mailbox, service: HttpService, owner: Owner
) -> None:
    proof = {"token": mailbox.to(owner.email)[-1].token}
    assert service.post("/account/email-verification/complete", proof, token=owner.token).status == 204
    log_in(page, console, owner)
    open_settings(page)
    page.get_by_role("button", name="Delete the organization").click()
    dialog = page.get_by_role("dialog")
    delete = dialog.get_by_role("button", name="Delete", exact=True)
    dialog.get_by_label("Your password", exact=True).fill("not the password")
    expect(delete).to_be_disabled()
    dialog.get_by_label("Type the name").fill(owner.organization["name"])
    axe(page)
    delete.click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Your password", exact=True).fill(PASSWORD)
    delete.click()
    expect(page.get_by_role("status").filter(has_text="The organization is deleted")).to_be_visible()

    follow(page, console, "undo-deletion", mailbox.to(owner.email, at_least=2)[-1].token)
    axe(page)
    page.get_by_role("button", name="Bring it back").click()
    heading(page, "It is back")
    page.get_by_role("link", name="Log in").click()
    fill(page, {"Email": owner.email, "Password": PASSWORD})
    page.get_by_role("button", name="Log in").click()
    heading(page, owner.organization["name"])


@slow
def test_further_organization_is_created_and_entered(logged_in: Page, owner: Owner) -> None:
    page, name = logged_in, unique("Further")
    page.get_by_role("button", name="Organization:").click()
    page.get_by_role("link", name="Create an organization").click()
    form = page.get_by_role("main")
    fill(page, {"Organization": name, "Slug optional": owner.slug}, inside=form)
    page.get_by_role("button", name="Create it").click()
    expect(page.get_by_role("alert")).to_contain_text("The slug is taken")
    fill(page, {"Slug optional": ""}, inside=form)
    axe(page)
    page.get_by_role("button", name="Create it").click()
    heading(page, name)


@slow
@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_name_is_text_wherever_it_is_shown(
    page: Page, console: str, service: HttpService, complaints: Complaints, name: str
) -> None:
    own = unique("Hostile")
    slug = own.lower().replace(" ", "-")
    owner = sign_up(service, name, email=f"{slug}@example.com", slug=slug)
    log_in(page, console, owner)
    page.set_viewport_size({"width": 360, "height": 740})
    heading(page, name)
    expect(page).to_have_title(f"{name} · Tenantry")
    assert page.locator("main img, main script").count() == 0
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Organization:").click()
    expect(page.get_by_role("dialog")).to_contain_text(name)
    page.keyboard.press("Escape")
    open_settings(page)
    page.get_by_role("button", name="Delete the organization").click()
    expect(page.get_by_role("dialog")).to_contain_text(name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []
