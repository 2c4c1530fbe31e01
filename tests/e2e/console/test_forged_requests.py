"""Pages of other origins in a browser that has the cookie of a session."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page

from local.processes import HOST
from tests.e2e.console.chromium import Complaints
from tests.e2e.deployment import Deployment
from tests.support import http_servers
from tests.support.owners import PASSWORD, Owner

SEND = """async ([url, body, fields, options]) => {
  const headers = {"Content-Type": "application/json", ...fields};
  try {
    const answer = await fetch(url, {method: "POST", body: JSON.stringify(body), headers, ...options});
    return answer.type === "opaque" ? "opaque" : [answer.status, await answer.text()];
  } catch (error) {
    return error.name;
  }
}"""
ASKED = {"X-Refresh-Token": "cookie"}
# A form whose body is JSON: https://html.spec.whatwg.org/#text/plain-encoding-algorithm
FORM = """<form method="post" enctype="text/plain" action="%s"><input name='{"a' value='": 1}'></form>"""
ROUTES = ("login/refresh", "logout")


@pytest.fixture(scope="module")
def foreign() -> Iterator[str]:
    """The port of an empty page: by this address of the same site, by another name of another."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
            """Write nothing."""

    with http_servers.running(ThreadingHTTPServer((HOST, 0), Pages)) as url:
        yield url.rpartition(":")[2]


def token_in(page: Page) -> str:
    (cookie,) = (each for each in page.context.cookies() if each["name"].startswith("__Host-tenantry-"))
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    return cookie["value"]


@pytest.fixture
def session(page: Page, deployment: Deployment, owner: Owner) -> Page:
    """A page of the API's own origin whose browser has the cookie of a session."""
    page.goto(f"{deployment.stack.api_url}/console/style.css")
    login = {"email": owner.email, "password": PASSWORD}
    status, text = page.evaluate(SEND, [f"{deployment.stack.api_url}/login", login, ASKED, {}])
    assert status == 200, text
    assert token_in(page) not in text
    assert page.evaluate("document.cookie") == ""
    return page


@pytest.mark.parametrize("host", [HOST, "localhost"])
def test_page_of_another_origin_uses_no_session(
    session: Page, deployment: Deployment, foreign: str, complaints: Complaints, host: str
) -> None:
    api, token = deployment.stack.api_url, token_in(session)
    stranger = session.context.new_page()
    stranger.goto(f"http://{host}:{foreign}/")
    for route in ROUTES:
        for options in ({"credentials": "include"}, {"credentials": "include", "mode": "no-cors"}):
            for fields in (ASKED, {}):
                url = f"{api}/{route}"
                answer = stranger.evaluate(SEND, [url, {}, fields, options])
                assert answer in {"TypeError", "opaque"}
        stranger.goto(f"http://{host}:{foreign}/")
        stranger.set_content(FORM % f"{api}/{route}")
        with stranger.expect_navigation() as navigation:
            stranger.evaluate("document.forms[0].submit()")
        assert navigation.value.status in {400, 415, 422}
        stranger.goto(f"http://{host}:{foreign}/")
    complaints.clear()  # Chromium's, of what it has refused

    assert token_in(session) == token
    status, text = session.evaluate(SEND, [f"{api}/login/refresh", {}, ASKED, {}])
    assert status == 200, text
    assert token_in(session) != token


def test_session_ends_with_its_cookie(session: Page, deployment: Deployment) -> None:
    url = deployment.stack.api_url
    status, _ = session.evaluate(SEND, [f"{url}/logout", {}, ASKED, {}])
    assert (status, session.context.cookies()) == (204, [])
    status, _ = session.evaluate(SEND, [f"{url}/login/refresh", {}, ASKED, {}])
    assert status == 401
