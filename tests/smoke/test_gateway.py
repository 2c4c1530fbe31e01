"""What API Gateway answers by itself, or lets functions answer, is a problem document."""

import pytest

from tests.smoke.api import Api

UNKNOWN = "/there-is-no-such-route"
JSON = "application/json"
REFUSED = [
    (b'{"email": ', JSON, 400, "malformed-request"),
    (b"email=a", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
    (b'{"email": 5}', JSON, 422, "invalid-fields"),
    (b'{"email": "' + b"a" * 100_000 + b'"}', JSON, 413, "payload-too-large"),
]


def test_unknown_route(api: Api) -> None:
    """A route that does not exist is 404."""
    api.get(UNKNOWN).expect(404, "not-found")


def test_unknown_route_with_a_token(api: Api) -> None:
    """A route that does not exist is 403 to a bearer token, which API Gateway takes for a signature."""
    api.get(UNKNOWN, "not.a.token").expect(403, "operator-required")


def test_other_spellings(api: Api) -> None:
    """Other spellings of a path are 404, for firewalls may not know them."""
    for path in ("/login/", "//login"):
        api.request("POST", path, json_body={}).expect((403, 404), "not-found", "operator-required")


def test_missing_token(api: Api) -> None:
    """A request without a token is 401, with a challenge."""
    for token in (None, "not.a.token"):
        answer = api.get("/account", token).expect(401)
        # API Gateway renames the field that functions send.
        names = ("WWW-Authenticate", "x-amzn-remapped-www-authenticate")
        challenge = next((answer.headers[name] for name in names if name in answer.headers), "")
        assert challenge.startswith("Bearer"), f"GET /account answers the challenge {challenge!r}."


def test_bodies_that_no_route_takes(api: Api) -> None:
    """A body that no route takes is refused by its own code."""
    for content, media_type, status, code in REFUSED:
        headers = {"Content-Type": media_type}
        api.request("POST", "/login", content=content, headers=headers).expect(status, code)


def test_limits_of_all_clients() -> None:
    """More requests than the stage or AWS WAF takes are 429."""
    pytest.skip("whoever provokes it locks others out, or this address for five minutes")
