"""The operator's console answers its own page alone, and does what the functions do."""

import contextlib
import errno
import os
import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest

from cli.console import functions, local_routes, peers, requests, server
from tenantry.http import handlers
from tenantry.identity.members import Membership
from tests.support import library
from tests.support.console import Page, console
from tests.support.databases import Databases
from tests.support.routes import ROUTES
from tests.support.waiting import wait_until

LIST = "/operator/organizations"
NOBODY = 65_534


def code_of(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["code"])


def test_link_works_once_and_then_shuts_out(databases: Databases) -> None:
    with console(databases) as page:
        assert page.client.get(LIST).status_code == 401
        token = page.token
        started = page.start(token)
        assert started.json()["operator"].startswith("tenantry:")
        assert page.client.get(LIST).status_code == 200
        again = page.start(token)
        assert (again.status_code, code_of(again)) == (401, "link-refused")
        assert page.client.get(LIST).status_code == 401
        assert len(page.told) == 1
        assert page.start().status_code == 200


def test_every_operators_route_needs_the_bearer(page: Page) -> None:
    del page.client.headers["Authorization"]
    paths = [path for _, path, _ in ROUTES if path.startswith("/operator/")]
    for path in [*paths, *local_routes.METHODS, "/operator/nothing"]:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = page.client.request(method, path)
            assert (answer.status_code, code_of(answer)) == (401, "link-refused"), (method, path)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"Host": "rebound.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_other_pages_are_refused_even_with_the_bearer(
    page: Page, fields: dict[str, str], status: int
) -> None:
    for method, path in (("GET", LIST), ("POST", "/start"), ("POST", "/operator/verify")):
        assert page.client.request(method, path, headers=fields).status_code == status
    assert page.client.get("/operator/verify").json() == {"verification": None}


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
@pytest.mark.parametrize("closes", [False, True])
def test_other_users_of_the_machine_are_refused_before_the_token_is_looked_at(
    page: Page, monkeypatch: pytest.MonkeyPatch, family: socket.AddressFamily, closes: bool
) -> None:
    token = page.token
    with _another_user(monkeypatch), closing(_connected(page, family)) as connected:
        body = f'{{"token": "{token}"}}'
        fields = f"Host: {requests.HOST}:{page.server.server_port}\r\nContent-Length: {len(body)}"
        _send(connected, f"POST /start HTTP/1.1\r\n{fields}\r\n\r\n{body}", closes=closes)
    wait_until(lambda: page.told != [], 10)  # the server may not have accepted yet what is closed already
    assert page.start(token).status_code == 200
    assert page.told == [
        "The console has refused a connection: the system does not list it as a connection of yours. "
        "Later refusals are not shown."
    ]


@pytest.mark.parametrize("error", [PermissionError(errno.EACCES, "refused"), OSError(errno.EMFILE, "many")])
def test_connections_that_cannot_be_checked_are_refused_and_told_once(
    page: Page, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def is_of_another_user(*addresses: object) -> bool:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(peers, "is_of_another_user", is_of_another_user)
        for _ in range(2):
            with closing(_connected(page)) as connected:
                assert _is_closed(connected)
    assert page.start().status_code == 200
    assert len(page.told) == 1
    assert str(error) in page.told[0]


def test_other_users_of_the_machine_take_up_no_connection(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.ExitStack() as stack:
        with _another_user(monkeypatch):
            for _ in range(server.MAX_CONNECTIONS):
                assert _is_closed(stack.enter_context(closing(_connected(page))))
        assert httpx.get(page.client.base_url.join("/console/index.html")).status_code == 200


def _connected(page: Page, family: socket.AddressFamily = socket.AF_INET) -> socket.socket:
    connected = socket.socket(family)
    connected.settimeout(10)
    host = f"::ffff:{requests.HOST}" if family == socket.AF_INET6 else requests.HOST
    connected.connect((host, page.server.server_port))
    return connected


def _send(connected: socket.socket, text: str, *, closes: bool) -> None:
    """Send a request, and reset the connection or see that it is closed without an answer."""
    connected.sendall(text.encode())
    if closes:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    else:
        assert _is_closed(connected)


def _is_closed(connected: socket.socket) -> bool:
    try:
        return connected.recv(1) == b""
    except ConnectionResetError:
        return True


@contextmanager
def _another_user(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the sockets of a `with` block be another user's: for the kernel, if this user may do that."""
    if os.getuid():
        monkeypatch.setattr(
            os, "getuid", lambda: NOBODY
        )  # the server's user; this test's is another one then
        yield
        monkeypatch.undo()
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_pages_of_other_origins_are_never_told_that_they_may_read(page: Page) -> None:
    fields = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for answer in (page.client.options(LIST, headers=fields), page.client.get(LIST)):
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


def test_nothing_else_than_the_operators_routes_is_served(page: Page) -> None:
    for path in ("/organizations/google", "/organizations/google/usage", "/login", "/health", "/operator"):
        assert code_of(page.client.get(path)) == "not-found"
    assert code_of(page.client.get("/operator/nothing")) == "not-found"


def test_all_operators_routes_are_served() -> None:
    served = {(route.method, route.resource) for route in functions.routes("/operator/")}
    assert served == {(method, path) for method, path, _ in ROUTES if path.startswith("/operator/")}


def test_answers_are_those_of_the_functions(page: Page, member: Membership, databases: Databases) -> None:
    path = f"{LIST}/{member.organization_id}"
    listed = page.client.get(LIST, params={"slug_prefix": "goo", "sort": "slug", "limit": "1"}).json()
    assert [organization["slug"] for organization in listed["organizations"]] == ["google"]
    assert page.client.get(LIST, params={"sort": "size"}).status_code == 422
    shown = page.client.patch(path, json={"properties": {"region": "eu"}})
    assert (shown.status_code, shown.headers["etag"]) == (200, '"2"')
    outdated = page.client.patch(path, json={"properties": {}}, headers={"If-Match": '"1"'})
    assert code_of(outdated) == "precondition-failed"
    assert page.client.put(f"{path}/suspension").status_code == 204
    assert page.client.get(path).json()["suspended_at"]
    assert page.client.post(f"{path}/suspension").status_code == 405
    assert page.client.head(path).text == ""
    assert code_of(page.client.patch(path, content=b"{", headers={"Content-Type": "application/json"})) == (
        "malformed-request"
    )
    assert page.client.patch(path, content=b"\xff").status_code == 400
    recorded = databases.master["audit"].find_one({"action": "organization.suspended"})
    assert recorded is not None
    assert recorded["actor"] == {"type": "operator", "id": page.server.operator}


def test_requests_beside_each_other_get_their_own_answers(page: Page, member: Membership) -> None:
    def status(number: int) -> int:
        path = f"{LIST}/{member.organization_id if number % 2 else f'nobody-{number}'}"
        return page.client.get(path).status_code

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(status, range(24))) == [404, 200] * 12


def test_bodies_are_bounded(page: Page) -> None:
    assert page.client.post(LIST, content=b"x" * (requests.MAX_BODY_BYTES + 1)).status_code == 413
    assert page.client.post(LIST, content=iter([b"{}"])).status_code == 411
    assert page.client.get(LIST).status_code == 200


def test_connections_are_bounded(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    address = (requests.HOST, page.server.server_port)
    idle = [socket.create_connection(address) for _ in range(server.MAX_CONNECTIONS + 2)]
    try:
        assert idle[-1].recv(1) == b""  # closed at once
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://{address[0]}:{address[1]}/operator/status")
    finally:
        for connection in idle:
            connection.close()


def test_database_that_is_away_is_told(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "REQUEST_TIMEOUT_SECONDS", 0.3)
    with library.fresh_process():
        monkeypatch.setenv("MONGODB_URI", "mongodb://user:hush@127.0.0.1:1/?serverSelectionTimeoutMS=50")
        answer = page.client.get(LIST)
    assert (answer.status_code, code_of(answer)) == (503, "service-unavailable")
    assert "no server can be used" in answer.json()["detail"]
    assert "hush" not in answer.text


def test_local_routes_refuse_what_they_do_not_take(page: Page) -> None:
    moves = "/operator/moves"
    wrong: list[Any] = [{}, {"organization": "google"}, {"organization": 1, "to": "main"}]
    for body in wrong:
        assert code_of(page.client.post(moves, json=body)) == "invalid-fields"
    for text in (
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"a":{}}',
        b'{"a":1,"a":2}',
        b"[" * 10_000,
        b'{"organization":"\\ud800"}',
    ):
        assert code_of(page.client.post(moves, content=text)) == "malformed-request"
    assert page.client.delete(moves).status_code == 405
    assert page.client.get(moves).json() == {"moves": []}
