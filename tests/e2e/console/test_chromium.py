"""What the other tests of the console rely on: Chromium's complaints fail them, and so do axe's findings."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page

from local.processes import HOST
from tests.e2e.console.chromium import Complaints, axe
from tests.support import http_servers

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGES = {
    "/good": b'<!doctype html><html lang="en"><title>Good</title><main><h1>Good</h1></main>',
    "/style": b'<!doctype html><html lang="en"><title>Style</title><h1 style="color: red">Style</h1>',
    "/script": b'<!doctype html><html lang="en"><title>Script</title><script>1</script>',
    "/markup": b'<!doctype html><html lang="en"><title>Markup</title><script src="markup.js"></script>',
    "/markup.js": b'document.documentElement.innerHTML = "<h1>Markup</h1>"',
    "/console/lost": b'<!doctype html><html lang="en"><title>Lost</title><script src="lost.js"></script>',
    "/unnamed": b'<!doctype html><html lang="en"><title>Unnamed</title><main><button></button></main>',
    "/dim": b'<!doctype html><html lang="en"><title>Dim</title><link rel="stylesheet" href="dim.css"><p>Dim',
    "/dim.css": b"@media (prefers-color-scheme: dark) { p { color: #333; background: #222 } }",
}
TYPES = {"js": "text/javascript", "css": "text/css"}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = PAGES.get(self.path)
            self.send_response(200 if content else 404)
            self.send_header("Content-Type", TYPES.get(self.path.rpartition(".")[2], "text/html"))
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
            """Write nothing."""

    with http_servers.running(ThreadingHTTPServer((HOST, 0), Site)) as url:
        yield url


def test_good_page_has_no_complaints(site: str, page: Page) -> None:
    page.goto(f"{site}/good")
    axe(page)


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/style", "inline style"),
        ("/script", "inline script"),
        ("/markup", "TrustedHTML"),
        ("/console/lost", "404"),
    ],
)
def test_violation_is_a_complaint(
    site: str, page: Page, complaints: Complaints, path: str, complaint: str
) -> None:
    page.goto(f"{site}{path}")
    assert any(complaint in heard for heard in complaints)
    complaints.clear()


@pytest.mark.parametrize(
    ("path", "finding"),
    [("/unnamed", "light colours:\nbutton-name"), ("/dim", "dark colours:\ncolor-contrast")],
)
def test_axe_finds_what_is_wrong(site: str, page: Page, path: str, finding: str) -> None:
    page.goto(f"{site}{path}")
    with pytest.raises(pytest.fail.Exception, match=finding):
        axe(page)
