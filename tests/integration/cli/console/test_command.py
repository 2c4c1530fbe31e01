"""`tenantry console` in a process of its own, which ends with Ctrl-C and with whoever has started it."""

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from cli import console_command
from cli.console import functions
from tests.support import library
from tests.support.command_line import tenantry
from tests.support.databases import Databases
from tests.support.waiting import wait_until

PROGRAM = Path(sys.executable).with_name("tenantry")
# What a shell starts in the background ignores SIGINT, and so would its children.
COMMAND = ["env", "--default-signal=INT", str(PROGRAM), "console", "--no-browser", "--json"]
PARENT = "import subprocess, sys; subprocess.Popen(sys.argv[1:]); sys.stdin.read()"


@pytest.fixture
def environment(databases: Databases) -> dict[str, str]:
    names = {"MASTER_DATABASE": databases.master.name, "TENANT_DATABASE": databases.tenants.name}
    # As on an operator's machine: nothing says where metrics go.
    return {name: value for name, value in os.environ.items() if not name.startswith("POWERTOOLS")} | {
        "MONGODB_URI": databases.uri,
        **names,
    }


@contextlib.contextmanager
def admitted(link: str) -> Iterator[httpx.Client]:
    address, _, token = link.partition("/console/index.html#/start?token=")
    with httpx.Client(base_url=address, timeout=60) as client:
        bearer = client.post("/start", json={"token": token}).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {bearer}"
        yield client


def test_terminal_shows_links_and_ends_it(databases: Databases, environment: dict[str, str]) -> None:
    databases.master["issuer"].insert_one({"_id": "issuer", "iss": "urn:tenantry:another-stack"})
    library.create("Google")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        COMMAND, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=environment, start_new_session=True
    ) as child:
        assert child.stdout is not None
        link = json.loads(child.stdout.readline())["url"]
        with admitted(link) as page:
            for path in ("organizations/google", "organizations/nobody", "status"):
                expected = 404 if "nobody" in path else 200
                assert page.get(f"/operator/{path}").status_code == expected
            for _ in range(110):  # as many as metrics are written at a time
                assert page.get("/operator/plans").status_code == 200
        child.send_signal(signal.SIGINT)
        rest = child.stdout.read()
        assert child.wait(10) == 0
    assert rest == b""
    os.close(theirs)
    os.set_blocking(ours, False)
    with contextlib.suppress(OSError):
        shown = os.read(ours, 65536)
        assert b"Traceback" not in shown
        assert b"{" not in shown  # no line of a log
    os.close(ours)


def test_it_ends_with_its_parent(environment: dict[str, str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, *COMMAND],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as parent:
        assert parent.stdout is not None
        link = json.loads(parent.stdout.readline())["url"]
        (child,) = psutil.Process(parent.pid).children()
        parent.kill()
    wait_until(lambda: not child.is_running(), 20)
    with pytest.raises(httpx.ConnectError):
        httpx.get(link)


def test_browser_is_opened_unless_it_should_not_be(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def open_link(link: str) -> None:
        opened.append(link)
        raise KeyboardInterrupt

    monkeypatch.setattr(webbrowser, "open", open_link)
    monkeypatch.setattr(functions, "prepare", lambda issuer: None)
    monkeypatch.setenv("DISPLAY", ":0")
    result = tenantry("console")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == opened[0]


def test_how_to_reach_it_is_said_where_no_browser_opens(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end() -> Iterator[str]:
        raise KeyboardInterrupt

    for name in console_command.SCREENS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(webbrowser, "open", lambda link: pytest.fail("a text browser takes the terminal"))
    monkeypatch.setattr(functions, "prepare", lambda issuer: None)
    monkeypatch.setattr(console_command, "_lines_of_terminal", end)
    result = tenantry("console")
    port = httpx.URL(result.stdout.splitlines()[0]).port
    assert (result.exit_code, f"-L {port}:127.0.0.1:{port}" in result.stderr) == (0, True)


def test_what_is_in_the_way_is_said(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functions, "prepare", lambda issuer: None)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = tenantry("console", "--no-browser", "--port", str(taken.getsockname()[1]))
    assert (result.exit_code, "choose another with --port" in result.stderr) == (1, True)
    away = "mongodb://user:hush@127.0.0.1:1/?serverSelectionTimeoutMS=50"
    result = tenantry("console", "--no-browser", "--mongodb-uri", away)
    assert (result.exit_code, "MongoDB cannot be used" in result.stderr) == (2, True)
    assert "hush" not in result.stderr
