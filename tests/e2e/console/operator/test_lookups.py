"""What the operator looks up: addresses, keys, slugs, receipts of erasure, the audit record."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tenantry.identity.api_keys import managing, texts
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.lifecycle.receipts import keys, signing
from tenantry.lifecycle.receipts.adding import receipts
from tenantry.runtime.settings import settings
from tests.e2e.console.chromium import axe, slow
from tests.e2e.console.operator.views import EVIL, show
from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.console import Page as Served
from tests.support.databases import Databases


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
    expect(page.get_by_text("owner@google.example", exact=True)).to_be_visible()
    page.get_by_label("Email").fill("eve@example.com")
    page.route("**/operator/addresses/owned*", lambda route: route.abort(), times=1)
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("link", name="Alphabet")).to_have_count(0)
    assert "owner" not in page.url
    dialog = page.get_by_role("dialog")
    made_up = texts.draw(key.key["_id"]).text
    for text in (made_up, f"KEY='{key.text}'"):
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
    library.create("Platform")
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
    page.get_by_label("Organization").fill(" platform ")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("organization.erased")).to_have_count(0)
    expect(page.get_by_text("organization.created")).to_have_count(1)
    page.get_by_label("Result").select_option("failure")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("No such record here")).to_be_visible()
    page.get_by_label("Organization").fill("")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("organization.created")).to_have_count(3)
    page.get_by_label("Contains").fill("onerror")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("summary")).to_have_count(1)
    page.locator("summary").click()
    expect(page.get_by_text(EVIL)).to_be_visible()
