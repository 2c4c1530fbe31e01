"""The console: a folder of static files, of which no path is ever made from a request."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import tenantry

# /opt/console beside /opt/python in Lambda, layers/common/console in a checkout, in the package in a wheel.
_PLACES: Final = [Path(tenantry.__file__).parents[number] / "console" for number in (0, 2)]
FOLDER: Final = next((place for place in _PLACES if place.is_dir()), _PLACES[-1])
INDEX: Final = "index.html"
# Below AppUrl, where links of mails lead to; their tokens are in the fragment, which browsers keep when they
# are redirected: https://fetch.spec.whatwg.org/#concept-http-redirect-fetch
PAGES_OF_MAILS: Final = (
    *("accept-invitation", "change-email", "reset-password"),
    *("undo-deletion", "undo-email-change", "verify-email"),
)
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",  # modules are UTF-8 whatever it says (HTML, "fetch a single module script")
    ".txt": "text/plain; charset=utf-8",
}
_IMPORT_MAP: Final = re.compile(r'<script type="importmap">([^<]*)</script>')


class File(NamedTuple):
    """A file as it is served."""

    content: str
    media_type: str
    etag: str


@cache
def files(folder: Path = FOLDER) -> Mapping[str, File]:
    """Return all that is served, by the path below the console's folder, with slashes.

    Other files than those of `MEDIA_TYPES` are not served.
    """
    return {
        path.relative_to(folder).as_posix(): _file(path)
        for path in sorted(folder.rglob("*"))
        if path.suffix in MEDIA_TYPES
    }


@cache
def header_fields(name: str = INDEX, folder: Path = FOLDER) -> Mapping[str, str]:
    """Return the header fields of a file's answer.

    A page, and a redirect to it, have those that keep anything from running or loading but what the folder
    holds; other files have no use for them. The import map is the only script inside a page, and is allowed
    by its hash. No file becomes a worker, which would have a policy of its own.

    Parameters
    ----------
    name : str
        Of the file, below the folder; a redirect has the fields of the page.
    folder : Path
        Of the console.
    """
    fields = {"Cache-Control": "no-cache", "Cross-Origin-Resource-Policy": "same-origin"}
    return fields | _bounds(folder) if name.endswith(".html") else fields


def _bounds(folder: Path) -> dict[str, str]:
    """Return what browsers look for in the answer that makes a page, and nowhere else.

    https://www.w3.org/TR/CSP3/#policy-delivery
    https://www.w3.org/TR/permissions-policy/#permissions-policy-http-header-field
    https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies
    """
    policy = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", *_hashes(files(folder)[INDEX].content)]),
        "style-src": "'self'",
        "img-src": "data:",
        "connect-src": "'self'",
        "worker-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }


def with_one_segment(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event of a request to ``/console/{file+}`` as one to ``/console/{file}``.

    Powertools has no parameters of several segments: the slashes between them are percent-encoded.
    """
    file = (event.get("pathParameters") or {}).get("file")
    if file is None:
        return dict(event)
    return {**event, "resource": "/console/{file}", "path": f"/console/{quote(file, safe='')}"}


def _file(path: Path) -> File:
    content = path.read_text("utf-8")
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return File(content, MEDIA_TYPES[path.suffix], f'"{digest}"')


def _hashes(page: str) -> list[str]:
    """Return the sources of the scripts in a page (CSP Level 3 section 2.3.1)."""
    digests = [hashlib.sha256(script.encode()).digest() for script in _IMPORT_MAP.findall(page)]
    return [f"'sha256-{b64encode(digest).decode()}'" for digest in digests]
