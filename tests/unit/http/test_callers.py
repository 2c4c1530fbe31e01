"""Who sends the request, as the routes of a small resolver see it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tenantry.runtime import moments
from tests.unit.http.conftest import Known
from tests.unit.http.resolver import field, problem, send
from tests.unit.identity.forgeries import with_claims
from tests.unit.identity.jose import LOGGED_IN, OF_AN_ORGANIZATION, signed, valid_claims

FOR_NO_ORGANIZATION = signed(
    {name: value for name, value in valid_claims().items() if name not in OF_AN_ORGANIZATION}
)

pytestmark = pytest.mark.usefixtures("known_caller")


def test_the_caller_reads_the_own_organization_by_slug_or_id() -> None:
    for name in ("google", "org_1"):
        answer = send("GET", f"/organizations/{name}", token=signed())
        assert answer["statusCode"] == 200
        assert json.loads(answer["body"])["created_at"] == "2025-01-01T00:00:00.000Z"


@pytest.mark.parametrize("name", ["amazon", "org_2", "Google", "google ", "GOOGLE", "$ne", "...", "%67oogle"])
def test_another_organization_is_not_found(name: str) -> None:
    assert problem(send("GET", f"/organizations/{name}", token=signed())) == (404, "organization-not-found")


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic YWRhOnNlY3JldA==", "Bearer", "Bearer ", "bearer x", "Bearer a.b.c", signed(),
        "Bearer, " + signed(), "Bearer " + signed() + ",x", "Token " + signed(), "Bearer\t" + signed(),
        "x" * 10_000, "Bearer ä",
        "Bearer " + with_claims(org_id="org_2"),
        "Bearer " + with_claims(auth_time=LOGGED_IN - 1),
        "Bearer " + FOR_NO_ORGANIZATION,
        "Bearer " + with_claims(epoch=2),
    ],
)  # fmt: skip
def test_wrong_credentials_are_challenged(authorization: str) -> None:
    answer = send("GET", "/organizations/google", Authorization=authorization)
    assert problem(answer) == (401, "invalid-token")
    assert field(answer, "WWW-Authenticate") == 'Bearer realm="tenantry", error="invalid_token"'


@pytest.mark.parametrize("fields", [{}, {"Authorization": ""}])
def test_missing_credentials_are_challenged_without_an_error(fields: dict[str, str]) -> None:
    answer = send("GET", "/organizations/google", **fields)
    assert problem(answer) == (401, "invalid-token")
    assert field(answer, "WWW-Authenticate") == 'Bearer realm="tenantry"'


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
def test_the_scheme_has_no_case(scheme: str) -> None:
    answer = send("GET", "/organizations/google", authorization=f"{scheme} {signed()}")
    assert answer["statusCode"] == 200


def test_credentials_may_be_optional_but_never_wrong() -> None:
    assert json.loads(send("POST", "/organizations")["body"]) == {"caller": None}
    assert json.loads(send("POST", "/organizations", token=signed())["body"]) == {"caller": "acct_1"}
    assert problem(send("POST", "/organizations", token="wrong")) == (401, "invalid-token")


def test_a_token_for_no_organization_opens_none(known_caller: Known) -> None:
    known_caller.identity = known_caller.identity._replace(membership=None)
    for name in ("google", "org_1", "None"):
        for method, path in (
            ("GET", f"/organizations/{name}"),
            ("DELETE", f"/organizations/{name}/indexes/x"),
        ):
            answer = send(method, path, token=FOR_NO_ORGANIZATION)
            assert problem(answer) == (404, "organization-not-found")
    assert json.loads(send("POST", "/organizations", token=FOR_NO_ORGANIZATION)["body"]) == {
        "caller": "acct_1"
    }
    assert problem(send("GET", "/organizations/google", token=signed())) == (401, "invalid-token")


@pytest.mark.parametrize(("age", "is_enough"), [(0, True), (590, True), (620, False), (30 * 86400, False)])
def test_what_cannot_be_taken_back_needs_a_recent_login(
    known_caller: Known, monkeypatch: pytest.MonkeyPatch, age: int, is_enough: bool
) -> None:
    present = known_caller.identity.authenticated_at + timedelta(seconds=age)
    monkeypatch.setattr(moments, "now", lambda: present)
    answer = send("DELETE", "/organizations/google/indexes/x", token=signed())
    if is_enough:
        assert answer["statusCode"] == 204
        return
    assert problem(answer) == (401, "login-too-old")
    assert field(answer, "WWW-Authenticate") == (
        'Bearer realm="tenantry", error="insufficient_user_authentication", '
        'error_description="A more recent login is required", max_age="600"'
    )
    # Neither whose organization it is depends on it, nor which role the caller has.
    stranger = send("DELETE", "/organizations/amazon/indexes/x", token=signed())
    assert problem(stranger) == (404, "organization-not-found")
    lower = known_caller.identity.membership._replace(role="editor")  # type: ignore[union-attr]
    known_caller.identity = known_caller.identity._replace(membership=lower)
    refused = send("DELETE", "/organizations/google/indexes/x", token=signed())
    assert problem(refused) == (403, "role-too-low")


@pytest.mark.parametrize("role", ["viewer", "editor", "", "Owner"])
def test_a_lower_role_than_the_route_takes_is_refused(known_caller: Known, role: Any) -> None:
    lower = known_caller.identity.membership._replace(role=role)  # type: ignore[union-attr]
    known_caller.identity = known_caller.identity._replace(membership=lower)
    answer = send("DELETE", "/organizations/google/indexes/x", token=signed())
    assert problem(answer) == (403, "role-too-low")
    if role:
        assert "admin" in json.loads(answer["body"])["detail"]
    stranger = send("DELETE", "/organizations/amazon/indexes/x", token=signed())
    assert problem(stranger) == (404, "organization-not-found")


def test_a_path_may_name_no_organization(known_caller: Known) -> None:
    assert json.loads(send("GET", "/docs", token=signed())["body"]) == {"organization": "org_1"}
    known_caller.identity = known_caller.identity._replace(membership=None)
    assert problem(send("GET", "/docs", token=FOR_NO_ORGANIZATION)) == (404, "organization-not-found")
