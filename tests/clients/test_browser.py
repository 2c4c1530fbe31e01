"""The TypeScript client in a page of an allowed origin, in a real browser, as its package is."""

import mimetypes
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from local.processes import HOST
from tests.e2e.console.chromium import Complaints, context_of, running_browser
from tests.e2e.deployment import Deployment
from tests.support import http_servers
from tests.support.owners import PASSWORD, Owner

PAGE = "<!doctype html><html lang='en'><title>A user's own page</title></html>"
STORY = """async ({url, email, password, organization}) => {
  const {Tenantry} = await import("/lib/index.js");
  const tenantry = new Tenantry(url);
  const {organization: {slug}} = await tenantry.logIn(email, password);
  const path = {organization};
  const header = {"Idempotency-Key": "of a page"};
  const body = Array.from({length: 5}, (_, n) => ({n}));
  await tenantry.call("insertDocuments", {path, header, body});
  await tenantry.call("insertDocuments", {path, header, body});
  const pages = [];
  for await (const page of tenantry.pages("listDocuments", {path, query: {sort: "n", limit: 2}})) {
    pages.push(page.documents.map(({n}) => n));
  }
  const {headers} = await tenantry.answer("getOrganization", {path});
  return {slug, pages, etag: headers.get("ETag")};
}"""
CONDITION = """async ({url, token, organization}) => {
  const {Problem, Tenantry} = await import("/lib/index.js");
  const tenantry = new Tenantry(url, {apiKey: token});
  const header = {"If-Match": '"another"'};
  const input = {path: {organization}, header, body: {metadata: {}}};
  return tenantry.call("updateOrganization", input).catch((error) => [error instanceof Problem, error.code]);
}"""
TWO_AT_ONCE = """async ({url, email, password, organization}) => {
  const {Tenantry} = await import("/lib/index.js");
  const first = new Tenantry(url);
  await first.logIn(email, password);
  const kept = [];
  const {refreshToken} = first.tokens;
  const tenantry = new Tenantry(url, {refreshToken, onRefreshToken: (token) => void kept.push(token)});
  const input = {path: {organization}};
  const calls = [tenantry.call("getOrganization", input), tenantry.call("listDocuments", input)];
  const [{slug}, {documents}] = await Promise.all(calls);
  return {slug, documents, kept: kept.map((token) => token === refreshToken)};
}"""


@pytest.fixture(scope="module")
def site(deployment: Deployment, unpacked: Path) -> Iterator[str]:
    """Origin of a page beside the package, which the stack allows."""
    origin = deployment.allowed_origins[0]

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unpacked / self.path.lstrip("/")
            content = path.read_bytes() if path.is_file() else PAGE.encode()
            self.send_response(200)
            self.send_header("Content-Type", mimetypes.guess_type(self.path)[0] or "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
            """Write nothing."""

    with http_servers.running(ThreadingHTTPServer((HOST, urlsplit(origin).port or 0), Site)):
        yield origin


@pytest.fixture
def page(site: str) -> Iterator[Page]:
    """A page that complains of nothing."""
    complaints = Complaints()
    with running_browser() as browser, context_of(browser, complaints) as opened:
        opened.goto(site)
        yield opened
    assert complaints == []


def arguments(deployment: Deployment, owner: Owner) -> dict[str, Any]:
    return {
        "url": deployment.stack.api_url,
        "email": owner.email,
        "password": PASSWORD,
        "organization": owner.slug,
        "token": owner.token,
    }


def sent_by(page: Page, method: str, path: str) -> list[Request]:
    """Return the list of requests that a page sends from now on, other than those that only ask for leave."""
    sent: list[Request] = []

    def add(request: Request) -> None:
        if request.method == method and urlsplit(request.url).path.endswith(path):
            sent.append(request)

    page.on("request", add)
    return sent


def test_page_logs_in_inserts_once_and_goes_through_pages(
    deployment: Deployment, page: Page, owner: Owner
) -> None:
    inserted = sent_by(page, "POST", "/documents")

    told = page.evaluate(STORY, arguments(deployment, owner))

    assert told["pages"] == [[0, 1], [2, 3], [4]]
    assert (told["slug"], bool(told["etag"])) == (owner.slug, True)
    assert [request.headers["idempotency-key"] for request in inserted] == ["of a page"] * 2


def test_page_reads_problems(deployment: Deployment, page: Page, owner: Owner) -> None:
    assert page.evaluate(CONDITION, arguments(deployment, owner)) == [True, "precondition-failed"]


def test_two_requests_at_once_refresh_once(deployment: Deployment, page: Page, owner: Owner) -> None:
    refreshed = sent_by(page, "POST", "/login/refresh")

    told = page.evaluate(TWO_AT_ONCE, arguments(deployment, owner))

    assert told == {"slug": owner.slug, "documents": [], "kept": [False]}
    assert len(refreshed) == 1
