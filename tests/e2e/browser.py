"""A page in a real browser, which sends requests to the API from an origin of its own."""

import json
import queue
import shutil
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from local.processes import HOST, Child, running
from tests.support import http_servers

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--no-proxy-server", "--disable-background-networking", "--disable-component-update"),
    "--remote-debugging-port=0",  # it stays until it is stopped
)
ANSWER_SECONDS: Final = 120.0
OF_ITS_OWN_ORIGIN: Final = "allow-scripts allow-same-origin"
WITHOUT_ORIGIN: Final = "allow-scripts"
# The frame sends the requests; its page has an origin to report from, whatever that of the frame.
PAGE: Final = """\
<!doctype html>
<script>
  onmessage = (event) => fetch("/answers", {method: "POST", body: JSON.stringify(event.data)});
</script>
<iframe src="/frame" sandbox="%s"></iframe>
"""
FRAME: Final = """\
<!doctype html>
<script>
  async function answerTo({url, ...request}) {
    try {
      const answer = await fetch(url, request);
      return {status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text()};
    } catch (error) {
      return {error: error.name};
    }
  }
  (async () => {
    const answers = [];
    for (const request of %s) answers.push(await answerTo(request));
    parent.postMessage(answers, "*");
  })();
</script>
"""

Request = dict[str, Any]


def browser() -> str:
    """Return the path of a browser's program; skip the test where none is installed."""
    for name in PROGRAMS:
        if path := shutil.which(name):
            return path
    pytest.skip(f"no browser is installed: none of {', '.join(PROGRAMS)}")


def answers_to(
    requests: Sequence[Request], origin: str, state: Path, sandbox: str = OF_ITS_OWN_ORIGIN
) -> list[dict[str, Any]]:
    """Let a page send requests one after the other, and return what its script sees of each answer.

    Parameters
    ----------
    requests
        The arguments of ``fetch``, with `url`.
    origin
        Of the page, at a free port of this machine.
    state
        Directory of what the browser writes.
    sandbox
        Of the frame that sends them; without an origin of its own, a browser calls it ``null``.
    """
    program = browser()
    pages = {"/": PAGE % sandbox, "/frame": FRAME % json.dumps(list(requests)).replace("<", "\\u003c")}
    received: queue.Queue[bytes] = queue.Queue()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path)
            self.answer(200 if page else 404, (page or "").encode())

        def do_POST(self) -> None:
            received.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.answer(204, b"")

        def answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
            """Write nothing."""

    command = [program, *OPTIONS, f"--user-data-dir={state / 'profile'}", origin]
    with (
        http_servers.running(ThreadingHTTPServer((HOST, urlsplit(origin).port or 0), Pages)),
        running("the browser", command, state / "browser.log") as child,
    ):
        return list(json.loads(_received(received, child)))


def _received(received: "queue.Queue[bytes]", child: Child) -> bytes:
    try:
        return received.get(timeout=ANSWER_SECONDS)
    except queue.Empty:
        pytest.fail(f"the page sent no answers:\n{child.log_tail()}")
