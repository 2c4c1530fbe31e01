"""A write that is not carried out: what the page says, and that nothing happens twice or by itself."""

import json
import re
from http import HTTPStatus

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.console.chromium import slow
from tests.e2e.console.views import show
from tests.support.owners import Owner

WRITES = re.compile(r"/documents$")


def write(page: Page) -> None:
    """Ask for a document to be created."""
    show(page, "/documents?do=create")
    page.get_by_role("textbox", name="Document").fill('{"_id": "milk"}')
    page.get_by_role("button", name="Create").click()


@slow
@pytest.mark.parametrize("status", [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE])
def test_refused_write_is_tried_again_by_the_person_alone(
    logged_in: Page, owner: Owner, status: HTTPStatus
) -> None:
    page, refused = logged_in, []

    def refuse(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        refused.append(route.request.headers["idempotency-key"])
        problem = {"code": "of-a-test", "title": "Not now", "detail": "Not now.", "status": status}
        fields = {"Retry-After": "1"}
        route.fulfill(
            status=status, headers=fields, content_type="application/problem+json", body=json.dumps(problem)
        )

    page.route(WRITES, refuse)
    write(page)
    again = page.get_by_role("region", name="Messages").get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    assert len(refused) == 1
    page.unroute(WRITES)
    with page.expect_request(WRITES) as repeated:
        again.click()
    assert repeated.value.headers["idempotency-key"] == refused[0]
    expect(page.get_by_role("heading", level=1, name="milk")).to_be_visible()
    assert owner.service.get(f"{owner.path}/documents/milk", token=owner.token).status == HTTPStatus.OK


@slow
def test_write_without_a_connection_says_that_its_outcome_is_unknown(logged_in: Page, owner: Owner) -> None:
    page = logged_in
    show(page, "/documents?do=create")
    page.context.set_offline(True)
    page.get_by_role("textbox", name="Document").fill('{"_id": "milk"}')
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_contain_text("look before you repeat it")
    page.context.set_offline(False)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1, name="milk")).to_be_visible()
    listed = owner.service.get(f"{owner.path}/documents", token=owner.token).json["documents"]
    assert listed == [{"_id": "milk"}]
