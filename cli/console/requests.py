"""What a request to the operator's console must be like before anybody looks at what it asks for.

Any page in the operator's browser can send requests to this machine, and a name that such a page controls can
lead to 127.0.0.1 (DNS rebinding). So Host has to name this server, and browsers have to say that the request
comes from its own page: https://www.w3.org/TR/fetch-metadata/ and RFC 6454.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Protocol

from cli.console.problems import Problem
from tenantry.errors import MalformedRequest
from tenantry.language import strict_json

HOST: Final = "127.0.0.1"
MAX_BODY_BYTES: Final = 1024 * 1024  # the largest is a roll-out's definition
MAX_DIGITS: Final = 20  # of a length, behind zeros


class Reader(Protocol):
    """Where the body of a request comes from."""

    def read(self, size: int, /) -> bytes:
        """Return this many bytes, or fewer at the end."""


def check_source(fields: Mapping[str, str], port: int, *, is_page: bool) -> None:
    """Let a request pass that this server's own page has sent, or a program that is no browser.

    Parameters
    ----------
    fields : mapping
        Header fields, their names in lower case.
    port : int
        Of this server.
    is_page : bool
        Whether it asks for a part of the page itself, which links may lead to from anywhere.

    Raises
    ------
    Problem
        It is for another host, or from another page.
    """
    host = fields.get("host", "")
    if host not in (f"{HOST}:{port}", f"localhost:{port}"):
        raise Problem(
            HTTPStatus.MISDIRECTED_REQUEST,
            "wrong-host",
            f"This is {HOST}:{port}, and no other name leads here.",
        )
    origin = fields.get("origin", f"http://{host}")
    site = fields.get("sec-fetch-site", "same-origin")
    is_link = is_page and fields.get("sec-fetch-mode") == "navigate"
    if origin != f"http://{host}" or not (is_link or site == "same-origin"):
        raise Problem(HTTPStatus.FORBIDDEN, "wrong-origin", "Only the console's own page may ask for this.")


def read_body(fields: Mapping[str, str], reader: Reader) -> bytes:
    """Return the body of a request.

    Raises
    ------
    Problem
        It is longer than `MAX_BODY_BYTES`, or does not say how long it is; nothing was read.
    """
    length = fields.get("content-length", "0")
    if "transfer-encoding" in fields or not (length.isascii() and length.isdigit()):
        raise Problem(HTTPStatus.LENGTH_REQUIRED, "length-required", "Send the body with Content-Length.")
    digits = length.lstrip("0") or "0"
    if len(digits) > MAX_DIGITS or int(digits) > MAX_BODY_BYTES:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "payload-too-large",
            f"At most {MAX_BODY_BYTES} bytes are taken.",
        )
    return reader.read(int(digits))


def parse(body: bytes, max_depth: int = 1) -> dict[str, Any]:
    """Return the JSON object that a body is.

    Parameters
    ----------
    body : bytes
        Of the request.
    max_depth : int
        How many objects and arrays may stand inside each other; 1: texts, numbers and the like alone.

    Raises
    ------
    Problem
        It is something else.
    """
    try:
        content = strict_json.loads(body, max_depth=max_depth)
    except MalformedRequest as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "malformed-request", error.detail) from None
    if not isinstance(content, dict):
        raise Problem(HTTPStatus.BAD_REQUEST, "malformed-request", "Send a JSON object.")
    return content
