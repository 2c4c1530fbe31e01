"""The console does all as the user of the command line, and says what a lesser user may not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tenantry.lifecycle import deleting
from tenantry.runtime.settings import settings
from tests.integration.roles.users import Users
from tests.support import library
from tests.support.console import Page, console
from tests.support.databases import Databases

EMAIL = "owner@google.example"


@pytest.fixture
def page(users: Users, databases: Databases) -> Iterator[Page]:
    with console(databases) as page:
        page.start()
        yield page


def ask(page: Page, method: str, path: str, body: Any = None) -> Any:
    answer = page.client.request(method, f"/operator/{path}", json=body)
    assert answer.is_success, (method, path, answer.text)
    return json.loads(answer.text or "null")


@pytest.mark.usefixtures("grace")
def test_everything_as_the_command_line(
    users: Users, page: Page, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMER_SLUG_DAYS", "30")
    settings.cache_clear()
    google = library.create("Google", EMAIL)
    path = f"organizations/{google.organization_id}"
    with users.acting("command_line"):
        for read in ("status", "doctor", "audit", "receipts", "usage", "deletions", "rollouts", "plans"):
            ask(page, "GET", read)
        assert [found["slug"] for found in ask(page, "GET", "organizations")["organizations"]] == ["google"]
        assert ask(page, "GET", "addresses/owners?organization=google")["owners"][0]["email"] == EMAIL
        assert ask(page, "GET", f"addresses/owned?address={EMAIL}")["organizations"]
        ask(page, "PUT", "plans/pro", {"limits": {"members": 5}})
        ask(page, "PATCH", path, {"plan": "pro", "properties": {"region": "eu"}})
        assert ask(page, "GET", f"{path}/keys") == {"keys": []}
        assert page.client.delete("/operator/keys/key_0").json()["code"] == "key-not-found"
        for method in ("PUT", "DELETE"):
            ask(page, method, f"{path}/suspension")
        library.rename(library.membership(google.account_id, google.organization_id), "Alphabet")
        ask(page, "DELETE", "former-slugs/google")
        ask(page, "PATCH", path, {"plan": "default"})
        ask(page, "DELETE", "plans/pro")
        rollout = {"name": "by-date", "indexes": [{"name": "at", "keys": [{"field": "at"}]}]}
        assert ask(page, "POST", "rollout-plans", rollout)["refusal"] is None
        ask(page, "POST", "rollouts", rollout)
        for step in ("pause", "resume", "undo"):
            ask(page, "POST", f"rollouts/by-date/{step}")
        wanted = {"name": "Second", "email": "second@example.com", "password": "a-long-password-of-theirs"}
        assert ask(page, "POST", "organizations", wanted)["organization"]["slug"] == "second"
        assert ask(page, "GET", path)["place"]["collection"] == "org_alphabet"
        for method, end in (("POST", "/undo"), ("DELETE", "")):
            deleting.delete(library.membership(google.account_id, google.organization_id))
            ask(page, method, f"deletions/{google.organization_id}{end}", {} if end else None)
    databases.check_invariants()


def test_what_the_user_may_not_is_said(users: Users, page: Page) -> None:
    with users.acting("audit"):
        assert ask(page, "GET", "audit") == {"records": [], "next_cursor": None}
        refused = page.client.put("/operator/plans/pro", json={"limits": {}})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")
    assert "tenantry setup-database" in refused.json()["detail"]
