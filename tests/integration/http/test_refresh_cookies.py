"""The refresh token in a cookie: for pages of the API's own origin, and never beside one in a body."""

import json
import re
from typing import Any

import pytest

from tenantry.http import cors
from tenantry.http.refresh_cookies import FIELD, cookie_name
from tenantry.runtime.settings import settings
from tests.support.owners import PASSWORD, Owner, tokens
from tests.support.service import Answer, Service

NAME = cookie_name()
ASKED = {FIELD: "cookie", "Sec-Fetch-Site": "same-origin"}
KEPT = re.compile(rf"{NAME}=([\w-]{{64}}); Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000")
ENDED = f"{NAME}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"
ROUTES = ["/login/refresh", "/login/switch", "/logout"]


def send(path: str, cookie: str | None = None, body: Any = None, **fields: str) -> Answer:
    """Send a request as a page of the API's own origin does."""
    sent = {"Cookie": f"theme=dark; {NAME}={cookie}"} if cookie is not None else {}
    changed = {name.replace("_", "-"): value for name, value in fields.items()}
    return Service().post(path, {} if body is None else body, headers=ASKED | sent | changed)


def cookie_of(answer: Answer) -> str:
    kept = KEPT.fullmatch(answer.headers["set-cookie"])
    assert kept, answer.headers["set-cookie"]
    assert "refresh_token" not in answer.json
    assert kept[1] not in answer.text
    return kept[1]


def logged_in(owner: Owner) -> Answer:
    answer = send("/login", body={"email": owner.email, "password": PASSWORD})
    assert answer.status == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer


@pytest.fixture
def cookie(owner: Owner) -> str:
    return cookie_of(logged_in(owner))


def test_session_goes_on_from_cookie_to_cookie_and_ends(owner: Owner) -> None:
    answer = logged_in(owner)
    access = [answer.json["access_token"]]
    for _ in range(3):
        answer = send("/login/refresh", cookie_of(answer))
        access.append(answer.json["access_token"])
    moved = send("/login/switch", cookie_of(answer), {"organization": owner.slug})
    ended = send("/logout", cookie_of(moved))
    assert (ended.status, ended.headers["set-cookie"]) == (204, ENDED)
    for token in [*access, moved.json["access_token"]]:
        assert Service().get(owner.path, token=token).status == 401
    again = send("/login/refresh", cookie_of(moved))
    assert (again.code, again.headers["set-cookie"]) == ("invalid-refresh-token", ENDED)


def test_tabs_that_refresh_with_one_token_go_on_with_the_same(cookie: str) -> None:
    (following,) = {cookie_of(send("/login/refresh", cookie)) for _ in range(3)}
    assert send("/login/refresh", following).status == 200


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("cookie", [None, "", "stale", "A" * 64, "A" * 101, '"}, "x": "', "a b"])
def test_cookie_without_use_is_refused_and_ended(owner: Owner, route: str, cookie: str | None) -> None:
    answer = send(route, cookie, {"organization": owner.slug} if route == "/login/switch" else None)
    if route == "/logout" and cookie == "A" * 64:  # of a session that may have ended before
        assert answer.status == 204
    else:
        assert (answer.status, answer.code) == (401, "invalid-refresh-token")
    assert answer.headers["set-cookie"] == ENDED


def test_revoked_session_ends_the_cookie(owner: Owner, cookie: str) -> None:
    assert Service().post("/logout/everywhere", token=owner.token).status == 204
    assert send("/login/refresh", cookie).headers["set-cookie"] == ENDED


def test_logging_out_everywhere_ends_the_cookie(owner: Owner) -> None:
    token = logged_in(owner).json["access_token"]
    answer = Service().post("/logout/everywhere", token=token, headers=ASKED)
    assert (answer.status, answer.headers["set-cookie"]) == (204, ENDED)


def test_without_the_header_field_cookies_are_neither_read_nor_set(owner: Owner, cookie: str) -> None:
    service, fields = Service(), {"Cookie": f"{NAME}={cookie}"}
    refused = service.post("/login/refresh", {}, headers=fields)
    assert (refused.status, refused.code) == (422, "invalid-fields")
    plain = service.post("/login", {"email": owner.email, "password": PASSWORD}, headers=fields)
    assert "set-cookie" not in plain.headers
    other = service.post("/login/refresh", {"refresh_token": plain.json["refresh_token"]}, headers=fields)
    assert (other.status, "set-cookie" in other.headers) == (200, False)
    assert send("/login/refresh", cookie).status == 200  # it was not used


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "same-origin, cross-site", ""])
@pytest.mark.parametrize("route", ["/login", *ROUTES])
def test_other_sites_are_refused_and_change_nothing(owner: Owner, cookie: str, route: str, site: str) -> None:
    body = {"email": owner.email, "password": PASSWORD} if route == "/login" else {}
    answer = send(route, cookie, body, Sec_Fetch_Site=site)
    assert (answer.status, answer.code) == (403, "cross-site-request")
    assert "set-cookie" not in answer.headers
    assert send("/login/refresh", cookie).status == 200


def test_value_of_another_cookie_is_no_token(cookie: str) -> None:
    for other in (f"theme=dark,{NAME}={cookie}", f"theme={NAME}={cookie}", f"x{NAME}={cookie}"):
        answer = Service().post("/login/refresh", {}, headers=ASKED | {"Cookie": other})
        assert answer.code == "invalid-refresh-token"


def test_browser_that_tells_no_site_is_served(cookie: str) -> None:
    fields = {FIELD: "cookie", "Cookie": f"{NAME}={cookie}"}
    assert cookie_of(Service().post("/login/refresh", {}, headers=fields))


def test_pages_of_allowed_origins_may_not_send_the_header_field() -> None:
    assert FIELD.lower() not in cors.REQUEST_FIELDS.lower().split(", ")


@pytest.mark.parametrize("wanted", ["", "body", "Cookie", "cookie, cookie"])
def test_header_field_has_one_value(cookie: str, wanted: str) -> None:
    assert send("/login/refresh", cookie, X_Refresh_Token=wanted).code == "malformed-request"


def test_token_in_a_body_beside_the_cookie_is_refused(owner: Owner, cookie: str) -> None:
    answer = send(
        "/login/refresh", cookie, {"refresh_token": tokens(Service(), owner.email)["refresh_token"]}
    )
    assert (answer.status, answer.code) == (422, "invalid-fields")
    assert send("/login/refresh", cookie).status == 200


@pytest.mark.parametrize("body", [None, "", " { } ", "{}\n"])
def test_body_may_be_empty(cookie: str, body: str | None) -> None:
    fields = ASKED | {"Cookie": f"{NAME}={cookie}"}
    assert Service().request("POST", "/login/refresh", body=body, headers=fields).status == 200


@pytest.mark.parametrize("body", ["[]", "{", '"x"', "{,}", '{"a": 1, "a": 2}', "\ufffd", "null", '{"b": 1}}'])
def test_body_is_as_strict_as_ever(cookie: str, body: str) -> None:
    fields = ASKED | {"Cookie": f"{NAME}={cookie}"}
    answer = Service().request("POST", "/login/refresh", body=body, headers=fields)
    assert (answer.status, answer.code) == (400, "malformed-request")


def test_every_answer_but_the_token_is_the_same(owner: Owner) -> None:
    plain, kept = tokens(Service(), owner.email), logged_in(owner).json
    assert plain.keys() - kept.keys() == {"refresh_token"}
    assert json.dumps(plain["organization"]) == json.dumps(kept["organization"])


def test_each_deployment_has_a_cookie_of_its_own(owner: Owner) -> None:
    cookie = cookie_of(logged_in(owner))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOKEN_ISSUER", "urn:tenantry:another")
        settings.cache_clear()
        assert cookie_name() != NAME
        assert cookie_name().startswith("__Host-")
    settings.cache_clear()
    assert cookie_of(send("/login/refresh", cookie)) != cookie
