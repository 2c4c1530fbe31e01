"""The files of the console, as they are served, and that nothing else is."""

import hashlib
import re
from base64 import b64encode
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.http import console
from tenantry.identity.mail import kinds
from tests.support.service import PROJECT, Answer, Service

FILES = console.files()
PAGE = "/console/index.html"
LARGEST_BYTES = 5_000_000  # Lambda answers no more than 6 MB


def get(path: str, **fields: str) -> Answer:
    names = {name: name.replace("_", "-") for name in fields}
    return Service().get(path, headers={names[name]: value for name, value in fields.items()})


def test_every_file_of_the_folder_is_served_with_its_media_type() -> None:
    folder = PROJECT / "layers/common/console"
    assert set(FILES) == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name, file in FILES.items():
        answer = get(f"/console/{name}")
        assert answer.status == 200
        assert answer.headers["content-type"] == console.MEDIA_TYPES[PurePosixPath(name).suffix]
        assert answer.text.encode() == (folder / name).read_bytes()
        assert len(file.content.encode()) < LARGEST_BYTES


@pytest.mark.parametrize("base_path", [None, "/api", "/console", "/a/console"])
def test_console_is_behind_any_base_path(base_path: str | None) -> None:
    service = Service(base_path)
    redirect = service.get("/console")
    assert (redirect.status, redirect.headers["location"]) == (307, "console/index.html")
    assert service.get(PAGE).text == FILES["index.html"].content
    assert service.get("/console/library/preact.js").text == FILES["library/preact.js"].content


def test_links_of_mails_lead_to_their_pages() -> None:
    texts = "".join(path.read_text() for path in Path(kinds.__path__[0]).glob("*.py"))
    assert set(console.PAGES_OF_MAILS) == set(re.findall(r'LinkText\(\s*"[^"]+",\s*"([^"]+)"', texts))
    for page in console.PAGES_OF_MAILS:
        answer = get(f"/console/{page}")
        assert (answer.status, answer.headers["location"]) == (307, f"index.html?page={page}")


@pytest.mark.parametrize(
    "path",
    [
        "..", "../app.py", "%2e%2e/python/tenantry/__init__.py", "/etc/passwd", "%2Fetc%2Fpasswd",
        "//index.html", "./index.html", "index.html/", "index.html%00", "index%2Ehtml%00.js", "library",
        "library/", "library\\preact.js", "library%5Cpreact.js", "library%2f..%2findex.html", "INDEX.HTML",
        "%ff", "%", "%zz", "index.html%20", "a" * 100_000, "..;/index.html", "verify-email/",
        "library/../index.html",
    ],
)  # fmt: skip
def test_whatever_is_no_file_is_not_found(path: str) -> None:
    answer = get(f"/console/{path}")
    assert (answer.status, answer.code) == (404, "not-found")


@given(st.text(min_size=1))
def test_no_path_makes_an_error(path: str) -> None:
    assert get(f"/console/{path.replace('?', '')}!").status == 404


def test_file_that_the_browser_has_is_not_sent_again() -> None:
    first = get(PAGE)
    assert first.headers["cache-control"] == "no-cache"
    again = get(PAGE, If_None_Match=first.headers["etag"])
    assert (again.status, again.text, again.headers["etag"]) == (304, "", first.headers["etag"])
    assert get(PAGE, If_None_Match='"another"').status == 200
    assert get(PAGE, If_None_Match="no tag").status == 400
    assert get("/console/app.js").headers["etag"] != first.headers["etag"]


def test_head_and_methods() -> None:
    head = Service().request("HEAD", PAGE)
    assert (head.status, head.text, head.headers) == (200, "", get(PAGE).headers)
    refused = Service().post(PAGE, {})
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_policy_lets_nothing_in_but_the_files_and_the_import_map() -> None:
    for path in (PAGE, "/console", "/console/verify-email"):
        fields = get(path).headers
        policy = dict(part.split(" ", 1) for part in fields["content-security-policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["require-trusted-types-for"] == "'script'"
        assert "unsafe" not in fields["content-security-policy"]
        assert policy["worker-src"] == "'none'"
        assert fields["cross-origin-opener-policy"] == "same-origin"
    scripts = re.findall(
        r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", FILES["index.html"].content, re.DOTALL
    )
    hashes = [b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert policy["script-src"] == " ".join(["'self'", *(f"'sha256-{digest}'" for digest in hashes)])


def test_files_have_what_is_of_use_to_them_and_no_more() -> None:
    for path in (PAGE, "/console/app.js", "/console/style.css"):
        fields = get(path).headers
        assert fields["referrer-policy"] == "no-referrer"
        assert fields["x-content-type-options"] == "nosniff"
        assert fields["cross-origin-resource-policy"] == "same-origin"
    bounds = {"content-security-policy", "permissions-policy", "cross-origin-opener-policy"}
    assert bounds <= get(PAGE).headers.keys()
    assert bounds.isdisjoint(get("/console/app.js").headers)
