"""Members, invitations, keys, the audit record and sessions in the console."""

import csv
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.console.chromium import axe, slow
from tests.e2e.console.documents import show
from tests.e2e.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, log_in


def test_a_key_is_made_shown_once_rotated_and_revoked(logged_in: Page, owner: Owner) -> None:
    page = logged_in
    show(page, "/keys")
    expect(page.get_by_text("There are no API keys")).to_be_visible()
    axe(page)
    page.get_by_label("Name").fill("<b>Nightly</b>\u202e import")
    page.get_by_label("documents:read").check()
    page.get_by_label("Requests a minute").fill("5")
    page.get_by_role("button", name="Create the key").click()
    expect(page.get_by_role("alert")).to_be_visible()  # no such character may stand in a name
    page.get_by_label("Name").fill("<b>Nightly</b>")
    page.get_by_role("button", name="Create the key").click()
    shown = page.get_by_role("dialog")
    key = shown.get_by_label("API key").input_value()
    axe(page)
    assert owner.service.get(f"{owner.path}/documents", token=key).status == 200
    shown.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_role("cell", name="<b>Nightly</b>", exact=True)).to_be_visible()
    assert key not in page.content()
    page.get_by_role("button", name="Secrets of <b>Nightly</b>").click()
    page.get_by_role("button", name="Add a second secret").click()
    second = page.get_by_role("dialog").get_by_label("API key").input_value()
    page.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_text("two secrets")).to_be_visible()
    assert [owner.service.get(f"{owner.path}/documents", token=each).status for each in (key, second)] == [
        200,
        200,
    ]
    page.get_by_role("button", name="Revoke <b>Nightly</b>").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("There are no API keys")).to_be_visible()
    assert owner.service.get(f"{owner.path}/documents", token=second).status == 401


@slow
def test_the_audit_record_is_filtered_and_exported(logged_in: Page, owner: Owner, tmp_path: Path) -> None:
    page = logged_in
    show(page, "/audit")
    expect(page.get_by_role("cell", name="organization.created", exact=True)).to_be_visible()
    axe(page)
    page.get_by_label("Of", exact=True).select_option("login")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("cell", name="organization.created", exact=True)).to_have_count(0)
    expect(page.get_by_role("cell", name="login.succeeded", exact=True).first).to_be_visible()
    page.get_by_label("Contains").fill("no record has this")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("No such record here")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV").click()
    download.value.save_as(tmp_path / "audit.csv")
    with (tmp_path / "audit.csv").open(newline="", encoding="utf-8") as file:
        actions = [row["action"] for row in csv.DictReader(file)]
    assert "organization.created" in actions
    expect(page.get_by_text(f"{len(actions)} records exported.")).to_be_visible()


@slow
def test_another_session_is_ended(logged_in: Page, owner: Owner) -> None:
    page, token = logged_in, log_in(owner.service, owner.email)
    show(page, "/sessions")
    expect(page.get_by_text("this one")).to_be_visible()
    axe(page)
    other = page.get_by_role("row").filter(has_not_text="this one").filter(has=page.get_by_role("button"))
    while other.count():
        before = other.count()
        other.first.get_by_role("button").click()
        page.get_by_role("dialog").get_by_role("button", name="End it").click()
        expect(other).to_have_count(before - 1)
    assert owner.service.get(owner.path, token=token).status == 401
    expect(page.get_by_role("button", name="Log out", exact=True)).to_be_visible()


@slow
def test_members_and_invitations_are_shown(logged_in: Page, owner: Owner) -> None:
    page = logged_in
    show(page, "/members")
    expect(page.get_by_role("cell", name=f"{owner.email} you not confirmed")).to_be_visible()
    axe(page)
    page.get_by_role("button", name=f"Leave as {owner.email}").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    expect(page.get_by_role("alert")).to_contain_text("owner")  # the last one stays
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("link", name="Invite", exact=True).click()
    expect(page.get_by_text("Nobody is invited")).to_be_visible()
    axe(page)


@slow
def test_somebody_is_invited_joins_and_is_removed(logged_in: Page, owner: Owner, mailbox: Mailbox) -> None:
    page, grace = logged_in, f"grace-{owner.email}"
    proof = {"token": mailbox.to(owner.email)[-1].token}
    verified = owner.service.post("/account/email-verification/complete", proof, token=owner.token)
    assert verified.status == 204
    invite_and_resend(page, grace)
    link = {"token": mailbox.to(grace)[-1].token, "password": PASSWORD}
    assert owner.service.post("/invitations/accept", link).status == 200
    change_and_remove(page)


def invite_and_resend(page: Page, email: str) -> None:
    show(page, "/invitations")
    page.get_by_label("Address", exact=True).fill(email)
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("cell", name=email, exact=True)).to_be_visible()
    axe(page)
    page.get_by_role("button", name=f"Resend to {email}").click()
    expect(page.get_by_text("gets another link")).to_be_visible()


def change_and_remove(page: Page) -> None:
    """Demote the other member, offer it the ownership, withdraw that, and remove it."""
    show(page, "/members")
    page.get_by_role("button", name="Change role of").nth(1).click()
    page.get_by_role("dialog").get_by_label("Role of").select_option("viewer")
    axe(page)
    page.get_by_role("dialog").get_by_role("button", name="Change").click()
    expect(page.get_by_role("cell", name="viewer", exact=True)).to_be_visible()
    page.get_by_label("Offer it to").select_option(index=1)
    page.get_by_role("button", name="Offer").click()
    expect(page.get_by_text("Offered by")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_label("Offer it to")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("cell", name="viewer", exact=True)).to_have_count(0)
