"""What a caller with an API key reaches, as the routes of a small resolver see it."""

import json

import pytest

from tenantry.identity.api_keys import access, texts
from tenantry.identity.api_keys.access import KeyAccess
from tenantry.identity.roles import SCOPES, Scope
from tests.unit.http.resolver import MEMBERSHIP, field, problem, send

DRAWN = texts.draw(texts.draw_id())
KEY = DRAWN.text

pytestmark = pytest.mark.usefixtures("known_caller")


def know(monkeypatch: pytest.MonkeyPatch, *scopes: Scope) -> None:
    known = KeyAccess(DRAWN.key_id, MEMBERSHIP.organization, scopes)
    monkeypatch.setattr(access, "authenticate", lambda text: {KEY: known}[text])


def test_a_key_with_the_scope_reaches_its_organization_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, "documents:read")
    answer = send("GET", "/organizations/google/count", token=KEY)
    assert json.loads(answer["body"])["caller"] == DRAWN.key_id
    assert json.loads(answer["body"])["actor"] == {"type": "key", "id": DRAWN.key_id}
    assert problem(send("GET", "/organizations/amazon/count", token=KEY)) == (404, "organization-not-found")


@pytest.mark.parametrize("scope", [scope for scope in SCOPES if not scope.startswith("documents:")])
def test_without_the_scope_it_is_told_which_one_it_needs(
    monkeypatch: pytest.MonkeyPatch, scope: Scope
) -> None:
    know(monkeypatch, scope)
    answer = send("GET", "/organizations/google/count", token=KEY)
    assert problem(answer) == (403, "insufficient-scope")
    assert "documents:read or documents:write" in json.loads(answer["body"])["detail"]
    assert field(answer, "WWW-Authenticate") == 'Bearer realm="tenantry", error="insufficient_scope"'
    # Whether there is another organization does not depend on it.
    assert problem(send("GET", "/organizations/amazon/count", token=KEY)) == (404, "organization-not-found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/organizations/google"), ("GET", "/docs"), ("GET", "/account"), ("POST", "/organizations"),
    ],
)  # fmt: skip
def test_whatever_asks_for_no_scope_refuses_every_key(
    monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    know(monkeypatch, *SCOPES)
    answer = send(method, path, token=KEY)
    assert problem(answer) == (403, "insufficient-scope")
    assert "Log in" in json.loads(answer["body"])["detail"]


def test_a_key_has_no_recent_login(monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, *SCOPES)
    assert problem(send("DELETE", "/organizations/google/indexes/x", token=KEY)) == (
        403,
        "insufficient-scope",
    )
