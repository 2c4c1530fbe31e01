"""What the service tells about itself, to anybody."""

import json
import re
import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import pytest

from tests.smoke.api import KEY_SET, Api

OPENAPI: Final = Path(__file__).parents[2] / "functions/docs/openapi.json"
MAX_SKEW_SECONDS: Final = 60  # AWS takes signatures of up to five minutes


def test_health(api: Api) -> None:
    """/health answers that all is well."""
    assert api.get("/health").expect(200).json == {"status": "ok"}, "GET /health does not say ok."


def test_readiness(api: Api) -> None:
    """/health/ready answers that schema and signing key are there and the database takes writes."""
    answer = api.get("/health/ready").expect((200, 503))
    failed = ", ".join(answer.json.get("failed", ())) or answer.code
    assert answer.status == 200, f"{failed} fails: run `tenantry doctor`, which says what to do."


def test_version(api: Api) -> None:
    """The deployed OpenAPI document is that of this checkout."""
    deployed, checked_out = api.get("/openapi.json").expect(200).json, json.loads(OPENAPI.read_text())
    assert deployed == checked_out, (
        "It is another one: deploy this checkout, or check out the version that is deployed."
    )


def test_docs(api: Api) -> None:
    """/docs shows Swagger UI, which loads nothing from elsewhere."""
    page = api.get("/docs").expect(200)
    assert "SwaggerUIBundle(" in page.text, "GET /docs is not the page of Swagger UI."
    policy = page.headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy, "GET /docs has no Content-Security-Policy."


def test_console(api: Api) -> None:
    """/console leads to a page that loads nothing from elsewhere, and its script is there."""
    location = api.get("/console").expect(307).headers.get("Location", "")
    assert location == "console/index.html", f"GET /console leads to {location!r}."
    page = api.get("/console/index.html").expect(200)
    policy = page.headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy, "GET /console/index.html has no Content-Security-Policy."
    for path in re.findall(r'<script [^>]*src="([^"]+)"', page.text):
        kind = api.get(f"/console/{path}").expect(200).headers.get("Content-Type", "")
        assert kind.startswith("text/javascript"), f"GET /console/{path} is {kind!r}."


@pytest.mark.parametrize("path", ["/health", KEY_SET])
def test_head(api: Api, path: str) -> None:
    """HEAD is answered as GET without its content"""
    read, head = api.get(path).expect(200), api.request("HEAD", path).expect(200)
    assert head.text == "", f"HEAD {path} has content."
    for name in ("Content-Type", "Cache-Control"):
        assert head.headers.get(name) == read.headers.get(name), f"HEAD {path} has another {name} than GET."


def test_methods(api: Api) -> None:
    """Answers to OPTIONS, and 405, list the methods that a path has."""
    for method, status in (("OPTIONS", 204), ("DELETE", 405)):
        answer = api.request(method, "/health").expect(status)
        allowed = answer.headers.get("Allow", "")
        assert {"GET", "HEAD", "OPTIONS"} == set(allowed.split(", ")), f"{method} /health allows {allowed!r}."


def test_clocks(api: Api) -> None:
    """The clocks of this machine and of the service agree."""
    before = time.time()
    answered_at = parsedate_to_datetime(api.get("/health").headers["Date"]).timestamp()
    skew = max(before - answered_at, answered_at - time.time(), 0)
    assert skew <= MAX_SKEW_SECONDS, f"They are {skew:.0f} s apart: set this machine's clock (NTP)."
