"""What the operator does with many organizations: roll-outs, deletions, findings."""

import pytest
from playwright.sync_api import Page, expect

from cli import checker
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.lifecycle.rollouts import operations as rollouts
from tenantry.lifecycle.rollouts.work import Means
from tests.e2e.console.chromium import axe, slow
from tests.e2e.console.operator.views import ROLLOUT, show
from tests.support.console import Page as Served
from tests.support.databases import Databases


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
    dialog = page.get_by_role("dialog")
    expect(page.get_by_text("paused by operator")).to_be_visible()
    dialog.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("running", exact=True)).to_be_visible()

    deleting.delete(google)
    show(page, "deletions")
    page.get_by_role("button", name="Bring back").click()
    page.get_by_role("dialog").get_by_role("button", name="Bring back").click()
    expect(page.get_by_text("It is back")).to_be_visible()
    assert databases.master["organizations"].count_documents({"slug": "google"}) == 1
