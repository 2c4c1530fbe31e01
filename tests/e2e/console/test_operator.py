"""The operator's console in a browser, on databases of its own: `tenantry console` needs no deployment."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pymongo import MongoClient

from cli import checker
from local.mongod import running_mongod
from local.processes import free_port
from tenantry.identity import throttling
from tenantry.identity.api_keys import managing, texts
from tenantry.identity.credentials import check_password
from tenantry.identity.members import Membership
from tenantry.lifecycle import configuring, deleting
from tenantry.lifecycle.receipts import keys, signing
from tenantry.lifecycle.receipts.adding import receipts
from tenantry.lifecycle.rollouts import operations as rollouts
from tenantry.lifecycle.rollouts.work import Means
from tenantry.registry.rollouts import Definition
from tenantry.runtime.settings import settings
from tenantry.tenants import TenantCollection
from tests.e2e.console.chromium import Complaints, axe, slow
from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.console import Page as Served
from tests.support.console import console as serving
from tests.support.databases import Databases, Document
from tests.support.directories import data_directory
from tests.support.mongodb import own_mongod

EVIL = "<img src=x onerror=alert(1)>"
ROLLOUT: Definition = {
    "indexes": [{"name": "by-date", "keys": [("at", -1)], "unique": False, "partial": False}],
    "validator": None,
    "function": None,
    "organizations": {"ids": None, "kind": None, "cluster": None, "plan": None, "prefix": None},
    "canary": None,
    "parallel": 1,
    "max_failures": 10,
}
VIEWS = {
    "": "Status",
    "organizations": "Organizations",
    "organizations?do=create": "Create an organization",
    "search": "Address, key, slug",
    "deletions": "Deletions",
    "receipts": "Receipts",
    "plans": "Plans",
    "usage": "Usage",
    "moves": "Moves",
    "rollouts": "Roll-outs",
    "rollouts?do=begin": "Begin a roll-out",
    "rollouts/by-date": "by-date",
    "clusters": "Clusters",
    "audit": "Audit",
    "findings": "Findings",
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with (
        data_directory() as directory,
        running_mongod(own_mongod(), Path(directory) / "data", free_port()) as (_, uri),
    ):
        yield uri


@pytest.fixture
def databases(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Databases]:
    with (
        MongoClient[Document](server, tz_aware=True, uuidRepresentation="standard") as client,
        library.fresh_databases(server, client, monkeypatch) as databases,
    ):
        monkeypatch.setenv("DELETION_GRACE_DAYS", "7")
        settings.cache_clear()
        tenantry_json("setup-database", "--no-roles")
        tenantry_json("cluster", "add", "main", "--pools", "1")
        yield databases


@pytest.fixture
def google(databases: Databases) -> Membership:
    member = library.create("Google")
    TenantCollection(member.organization_id).insert_many([{"_id": number} for number in range(50)])
    return member


@pytest.fixture
def operators(page: Page, databases: Databases) -> Iterator[tuple[Page, Served]]:
    """A page that a link of the terminal has admitted."""
    with serving(databases) as served:
        page.goto(served.server.link())
        expect(page.get_by_role("heading", name="Status")).to_be_visible()
        yield page, served


def show(page: Page, view: str) -> None:
    page.evaluate("view => { location.hash = `#/${view}` }", view)
    expect(page.get_by_role("heading", level=1, name=VIEWS.get(view))).to_be_visible()
    expect(page.locator(".loading")).to_have_count(0)


def test_link_works_once_and_nothing_keeps_it(operators: tuple[Page, Served]) -> None:
    page, served = operators
    assert "token" not in page.url
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    page.go_back(wait_until="commit")
    assert "token" not in page.url
    page.goto(f"{served.client.base_url}/console/index.html")
    expect(page.get_by_text("Press Enter in the terminal")).to_be_visible()
    link = served.server.link()
    page.goto(link)
    expect(page.get_by_role("heading", name="Status")).to_be_visible()
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_text("This link has been used already")).to_be_visible()
    assert len(served.told) == 1
    axe(page)


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
def test_roll_out_is_planned_begun_and_watched(
    operators: tuple[Page, Served], google: Membership, databases: Databases
) -> None:
    page, _ = operators
    show(page, "rollouts")
    page.get_by_role("link", name="Begin a roll-out").click()
    plan = page.get_by_role("button", name="See what it would do")
    page.get_by_label("Name", exact=True).fill("by-date")
    expect(plan).to_be_disabled()
    page.get_by_role("button", name="Add an index").click()
    page.get_by_label("Name of the index").fill("at")
    page.get_by_label("Path").fill("at")
    page.get_by_label("Rule of the validator").fill('{"at": {"$gt": {"$numberLong": "1"}}')
    expect(page.get_by_text("Line 1, column")).to_be_visible()
    page.get_by_label("Rule of the validator").fill('{"n": {"$lt": 9007199254740993}}')
    axe(page)
    plan.click()
    expect(page.get_by_role("alert")).to_contain_text("has a validator or a unique index")
    page.get_by_label("Kind").select_option("collection")
    page.get_by_label("Slug or name begins with").fill("goo")
    plan.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("row", name="main 1 0 0 1")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(plan).to_be_focused()
    plan.click()
    page.route("**/operator/rollouts", lambda route: (route.fetch(), route.abort()), times=1)
    dialog.get_by_role("button", name="Begin it").click()
    expect(page.get_by_text("The connection was lost before an answer came.")).to_be_visible()
    dialog.get_by_role("button", name="Begin it").click()
    expect(page.get_by_role("heading", level=1, name="by-date")).to_be_visible()
    expect(page.get_by_text("0 of 1")).to_be_visible()
    stored = databases.master["rollouts"].find_one({"_id": "by-date"})
    assert stored is not None
    assert stored["definition"]["validator"]["rule"] == '{"n": {"$lt": 9007199254740993}}'

    rollouts.apply("by-date", Means(lambda: True, 60, lambda *_: None))
    expect(page.get_by_text("paused by canary")).to_be_visible()
    expect(page.get_by_text("1 of 1")).to_be_visible()
    show(page, "rollouts?do=begin")
    page.get_by_label("Name", exact=True).fill("another")
    page.get_by_role("button", name="Add an index").click()
    page.get_by_label("Name of the index").fill("at")
    page.get_by_label("Path").fill("at")
    plan.click()
    expect(dialog.get_by_text("Another roll-out has an index of the same name")).to_be_visible()
    expect(dialog.get_by_role("button", name="Begin it")).to_be_disabled()


@slow
def test_address_key_and_slug_are_looked_up(
    operators: tuple[Page, Served], google: Membership, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, _ = operators
    monkeypatch.setenv("FORMER_SLUG_DAYS", "30")
    settings.cache_clear()
    key = managing.create(google, managing.NewKey(EVIL, ["documents:read"]))
    library.rename(google, "Alphabet")
    show(page, "search")
    page.get_by_label("Email").fill("owner@google.example")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("link", name="Alphabet")).to_be_visible()
    assert "owner" not in page.url
    dialog = page.get_by_role("dialog")
    made_up = texts.draw(key.key["_id"]).text
    for text in (made_up, key.text):
        page.get_by_label("The key, or its id").fill(text)
        page.get_by_role("button", name="Revoke").click()
        dialog.get_by_role("button", name="Revoke").click()
        if text == made_up:
            expect(dialog.get_by_role("alert")).to_be_visible()
            dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(f"It was {EVIL} of")).to_be_visible()
    assert databases.master["api_keys"].find_one() is None
    page.get_by_label("Slug").fill("google")
    page.get_by_role("button", name="Release").click()
    dialog.get_by_role("button", name="Release").click()
    expect(page.get_by_text("google is released.")).to_be_visible()
    axe(page)

    show(page, "organizations")
    page.get_by_label("Created before").fill("2020-01-31")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("No organization meets these conditions")).to_be_visible()
    page.get_by_label("Created before").fill("")
    page.get_by_label("Created since").fill("2020-01-31")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("link", name="Alphabet")).to_be_visible()


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
def test_findings_roll_outs_and_deletions(
    operators: tuple[Page, Served], google: Membership, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, _ = operators
    monkeypatch.setattr(checker, "PAUSE_SECONDS", 0)
    databases.tenants.create_collection("stray")
    show(page, "findings")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("1 violation", exact=True)).to_be_visible(timeout=30_000)
    expect(page.get_by_role("cell", name="stray")).to_be_visible()
    axe(page)

    rollouts.begin("by-date", ROLLOUT)
    show(page, "rollouts")
    page.get_by_role("link", name="by-date").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("paused by operator")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("running", exact=True)).to_be_visible()

    deleting.delete(google)
    show(page, "deletions")
    page.get_by_role("button", name="Bring back").click()
    page.get_by_role("dialog").get_by_role("button", name="Bring back").click()
    expect(page.get_by_text("It is back")).to_be_visible()
    assert databases.master["organizations"].count_documents({"slug": "google"}) == 1


@pytest.fixture
def receipt(google: Membership, monkeypatch: pytest.MonkeyPatch) -> str:
    """A receipt of 50 documents, signed."""
    monkeypatch.setattr(keys, "read_private", lambda: keys.derive("a secret of this test"))
    deleting.delete(google, immediately=True)
    assert len(signing.sign_waiting()) == 1
    (stored,) = receipts().find()
    return stored["signed"]


@slow
def test_receipts_are_verified_by_the_browser(
    operators: tuple[Page, Served], receipt: str, databases: Databases, tmp_path: Path
) -> None:
    page, _ = operators
    show(page, "receipts")
    expect(page.get_by_text("genuine", exact=True)).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Show rcpt_").click()
    dialog = page.get_by_role("dialog")
    axe(page)
    for name in ("receipt", "keys"):
        with page.expect_download() as download:
            dialog.get_by_role("button", name=f"Download the {name}").click()
        download.value.save_as(tmp_path / name)
    said = tenantry_json("receipts", "verify", str(tmp_path / "receipt"), "--keys", str(tmp_path / "keys"))
    assert said["documents"] == 50
    page.keyboard.press("Escape")
    page.get_by_label("Signed receipt").fill(receipt)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text('"documents": 50')).to_be_visible()
    page.get_by_label("Signed receipt").fill(f"{receipt[:-4]}AAAA")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("It has a signature of something else.")).to_be_visible()

    databases.master["receipts"].update_one({}, {"$set": {"documents": 1}})
    page.get_by_label("Organization").fill("org_")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("organization")
    page.get_by_label("Organization").fill(said["sub"])
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("It says something else of documents.")).to_be_visible()


@slow
def test_audit_record_of_an_organization_that_is_gone(
    operators: tuple[Page, Served], google: Membership, tmp_path: Path
) -> None:
    page, _ = operators
    library.create(EVIL, "evil@example.com")
    show(page, f"organizations/{google.organization_id}")
    deleting.delete(google, immediately=True)
    page.get_by_role("link", name="Audit", exact=True).last.click()
    expect(page.get_by_text("organization.erased")).to_be_visible()
    expect(page.get_by_text(EVIL)).to_have_count(0)
    axe(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV").click()
    download.value.save_as(tmp_path / "audit.csv")
    rows = csv.DictReader((tmp_path / "audit.csv").read_text(encoding="utf-8").splitlines())
    assert {row["organization_ids"] for row in rows} == {google.organization_id}
    page.get_by_label("Organization").fill("")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("organization.created")).to_have_count(2)
    page.get_by_label("Contains").fill("onerror")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("summary")).to_have_count(1)
    page.locator("summary").click()
    expect(page.get_by_text(EVIL)).to_be_visible()


@slow
def test_other_page_ends_and_says_so(operators: tuple[Page, Served], complaints: Complaints) -> None:
    page, served = operators
    served.start()
    show(page, "plans")
    expect(page.get_by_text("another one has been since")).to_be_visible()


@slow
@pytest.mark.parametrize("width", [360, 1280])
def test_every_view_is_accessible_and_no_wider_than_the_page(
    operators: tuple[Page, Served], google: Membership, width: int
) -> None:
    page, _ = operators
    deleting.delete(library.create("Gone"))
    deleting.delete(library.create("Ended"), immediately=True)
    rollouts.begin("by-date", ROLLOUT)
    tenantry_json("plan", "set", "pro", "--limit", "members=5")
    page.set_viewport_size({"width": width, "height": 800})
    for view in [*VIEWS, f"organizations/{google.organization_id}"]:
        show(page, view)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view
    show(page, "rollouts?do=begin")
    page.get_by_role("button", name="Add an index").click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
