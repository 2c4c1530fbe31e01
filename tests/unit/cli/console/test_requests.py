"""Only the console's own page, or a program, is answered; and no body without end is read."""

import io

import pytest

from cli.console.problems import Problem
from cli.console.requests import MAX_BODY_BYTES, check_source, read_body

OWN = {"host": "127.0.0.1:8000"}


@pytest.mark.parametrize(
    "fields",
    [
        OWN,
        {"host": "localhost:8000"},
        OWN | {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"},
        {"host": "localhost:8000", "origin": "http://localhost:8000"},
    ],
)
def test_own_page_and_programs_pass(fields: dict[str, str]) -> None:
    check_source(fields, 8000, is_page=False)
    check_source(fields, 8000, is_page=True)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "wrong-host"),
        ({"host": "127.0.0.1"}, "wrong-host"),
        ({"host": "127.0.0.1:8001"}, "wrong-host"),
        ({"host": "127.0.0.1:8000, 127.0.0.1:8000"}, "wrong-host"),
        ({"host": "rebound.example:8000"}, "wrong-host"),
        ({"host": "127.0.0.1.example:8000"}, "wrong-host"),
        ({"host": "[::1]:8000"}, "wrong-host"),
        (OWN | {"origin": "null"}, "wrong-origin"),
        (OWN | {"origin": "https://127.0.0.1:8000"}, "wrong-origin"),
        (OWN | {"origin": "http://localhost:8000"}, "wrong-origin"),
        (OWN | {"origin": "http://evil.example"}, "wrong-origin"),
        (OWN | {"sec-fetch-site": "cross-site"}, "wrong-origin"),
        (OWN | {"sec-fetch-site": "same-site"}, "wrong-origin"),  # another port of this machine
        (OWN | {"sec-fetch-site": "none"}, "wrong-origin"),
        (OWN | {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, "wrong-origin"),
    ],
)
def test_everything_else_is_refused(fields: dict[str, str], code: str) -> None:
    with pytest.raises(Problem) as raised:
        check_source(fields, 8000, is_page=False)
    assert raised.value.code == code


def test_links_lead_to_the_page_from_anywhere() -> None:
    for site in ("none", "cross-site"):
        check_source(OWN | {"sec-fetch-site": site, "sec-fetch-mode": "navigate"}, 8000, is_page=True)
    with pytest.raises(Problem):
        check_source(OWN | {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, 8000, is_page=True)


def test_body_is_as_long_as_it_says_and_no_longer_than_it_may_be() -> None:
    assert read_body({"content-length": "3"}, io.BytesIO(b"abcd")) == b"abc"
    assert read_body({"content-length": "0" * 5_000 + "3"}, io.BytesIO(b"abcd")) == b"abc"
    assert read_body({"content-length": "00"}, io.BytesIO(b"abcd")) == b""
    assert read_body({}, io.BytesIO(b"abcd")) == b""
    longest = b"x" * MAX_BODY_BYTES
    assert read_body({"content-length": str(MAX_BODY_BYTES)}, io.BytesIO(longest)) == longest


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"content-length": str(MAX_BODY_BYTES + 1)}, 413),
        ({"content-length": "9" * 5_000}, 413),
        ({"content-length": "0" * 20 + "9" * 12}, 413),
        ({"content-length": "0" * 20 + "9" * 20}, 413),
        ({"content-length": "-1"}, 411),
        ({"content-length": "1_0"}, 411),
        ({"content-length": "³"}, 411),
        ({"content-length": ""}, 411),
        ({"content-length": "3, 3"}, 411),
        ({"transfer-encoding": "chunked"}, 411),
        ({"content-length": "3", "transfer-encoding": "chunked"}, 411),
    ],
)
def test_nothing_is_read_of_other_bodies(fields: dict[str, str], status: int) -> None:
    body = io.BytesIO(b"abcd")
    with pytest.raises(Problem) as raised:
        read_body(fields, body)
    assert (raised.value.status, body.tell()) == (status, 0)
