"""Pages of allowed origins read every answer, others none."""

import os
from typing import Final

import pytest

from tests.smoke.api import Answer, Api

FOREIGN: Final = "https://foreign.example"
CORS: Final = "access-control-"


def preflight(api: Api, path: str, origin: str) -> Answer:
    fields = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return api.request("OPTIONS", path, headers={"Origin": origin} | fields)


@pytest.fixture(scope="module")
def allowed_origins(api: Api) -> list[str]:
    """The origins that the deployment allows: those that are named, or the one that API Gateway answers."""
    if named := os.environ.get("ALLOWED_ORIGINS"):
        return [origin for origin in named.split(",") if origin]
    if "Origin" not in api.get("/health").headers.get("Vary", ""):
        pytest.skip("the deployment allows no origin (AllowedOrigins)")
    first = api.get("/there-is-no-such-route").headers.get("Access-Control-Allow-Origin")
    if first is None:
        pytest.skip("no answer names an allowed origin; set ALLOWED_ORIGINS")
    return [first]


def test_foreign_origin(api: Api) -> None:
    """A page of an origin that is not allowed reads nothing."""
    for answer in (
        preflight(api, "/organizations", FOREIGN).expect(204),
        api.get("/health", Origin=FOREIGN).expect(200),
        api.get("/account", Origin=FOREIGN).expect(401),
    ):
        granted = [name for name in answer.headers if name.startswith(CORS)]
        assert granted == [], f"{answer.request} from {FOREIGN} is answered with {', '.join(granted)}."


def test_preflight_of_allowed_origin(api: Api, allowed_origins: list[str]) -> None:
    """A page of an allowed origin may send requests with a token."""
    for origin in allowed_origins:
        headers = preflight(api, "/organizations", origin).expect(204).headers
        assert headers.get(f"{CORS}allow-origin") == origin, f"The preflight does not allow {origin}."
        assert "POST" in headers.get(f"{CORS}allow-methods", "").split(", "), "It does not allow POST."
        fields = {name.lower() for name in headers.get(f"{CORS}allow-headers", "").split(", ")}
        assert {"authorization", "content-type"} <= fields, "It does not allow Authorization, Content-Type."
        assert f"{CORS}allow-credentials" not in headers, "It allows credentials, such as cookies."


def test_answers_to_allowed_origin(api: Api, allowed_origins: list[str]) -> None:
    """A page of an allowed origin reads problem documents, and those of API Gateway if it is the first."""
    for origin in allowed_origins:
        answers = [
            api.get("/health", Origin=origin).expect(200),
            api.get("/account", Origin=origin).expect(401),
        ]
        if origin == allowed_origins[0]:
            answers.append(api.get("/there-is-no-such-route", Origin=origin).expect(404))
        for answer in answers:
            allowed = answer.headers.get(f"{CORS}allow-origin")
            assert allowed == origin, f"{answer.request} from {origin} is answered to {allowed}."
            exposed = answer.headers.get(f"{CORS}expose-headers", "")
            assert "Retry-After" in exposed, f"{answer.request} does not expose Retry-After."


def test_operators_routes(api: Api) -> None:
    """No page of any origin may call the operator's routes."""
    origin = os.environ.get("ALLOWED_ORIGINS", FOREIGN).partition(",")[0]
    status = preflight(api, "/operator/audit", origin).status
    assert status >= 400, f"The preflight of /operator/audit is answered {status}, as if it might."
