"""Who sends the request, as the routes of a small resolver see it."""

import json

import pytest

from tests.unit.tenantry.http.resolver import OLD_CLAIMS, field, problem, send
from tests.unit.tenantry.jose import signed, valid_claims

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
        "Bearer " + signed(valid_claims() | {"org_id": "org_2"}),
        "Bearer " + signed(OLD_CLAIMS),
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
