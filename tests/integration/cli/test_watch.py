"""`tenantry watch` shows the service live, in a terminal of any width, and outlives an outage."""

import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli import watch_command
from cli.connection import Target
from cli.watch_view import lost, view
from tenantry.errors import ServiceUnavailable
from tenantry.lifecycle.oversight import snapshot
from tests.support import library
from tests.support.command_line import tenantry
from tests.support.databases import Databases

PROGRAM = Path(sys.executable).with_name("tenantry")


def rendered(content: Any, width: int) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(content)
    return console.export_text()


def test_once(databases: Databases) -> None:
    library.create("Alpha")
    with library.fresh_process():
        look = json.loads(tenantry("watch", "--once", "--json").stdout)
        text = tenantry("watch", "--once").stdout
    assert look["organizations"]["total"] == 1
    for title in ("Organizations", "Waiting", "Recorded", "Clusters"):
        assert title in text


def test_once_without_a_database(databases: Databases) -> None:
    with library.fresh_process():
        result = tenantry(
            "watch", "--once", "--mongodb-uri", "mongodb://u:hush@127.0.0.1:1/?serverSelectionTimeoutMS=50"
        )
    assert result.exit_code == 2
    assert "MongoDB cannot be used" in result.stderr
    assert "hush" not in result.stderr


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_any_width_shows_each_line_whole(databases: Databases, width: int) -> None:
    before, look = snapshot.take(), snapshot.take()
    look["moves"] = [
        {
            "organization_id": f"org_{'0' * 32}",
            "to": "eu-2/pooled",
            "phase": "copying",
            "documents": 7,
            "seconds": 90_000,
            "idle_seconds": 4_000,
        }
    ]
    look["rollouts"] = [
        {
            "rollout": "orders-by-date",
            "state": "paused",
            "paused_by": "failures",
            "failed": 10,
            "remaining": 9_990,
            "remaining_seconds": None,
            "idle_seconds": 7_200,
        }
    ]
    text = rendered(view(look, before), width)
    assert max(map(len, text.splitlines())) <= width
    if width >= 80:
        assert "1 d 1 h" in text
        assert "1 h 6 min" in text
        assert "2 h 0 min" in text


def test_it_recovers_from_an_outage_and_shows_what_was_there(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: Iterator[Any] = iter([snapshot.take(), ServiceUnavailable(), snapshot.take()])

    def take() -> Any:
        result = next(seen)
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(snapshot, "take", take)
    views = watch_command._views(Target("mongodb://x", "m", "t"), 0)
    shown = [rendered(next(views), 120) for _ in range(3)]
    assert ["away" in text for text in shown] == [False, True, False]
    assert all("Organizations" in text for text in shown)
    assert "Organizations" not in rendered(lost("no answer", None, None), 120)


def test_ctrl_c_ends_it_cleanly(databases: Databases) -> None:
    environment = os.environ | {"MASTER_DATABASE": databases.master.name, "MONGODB_URI": databases.uri}
    ours, theirs = pty.openpty()
    # What a shell starts in the background ignores SIGINT, and so would its children.
    command = ["env", "--default-signal=INT", str(PROGRAM), "watch"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as child:
        os.close(theirs)
        shown, deadline = b"", time.monotonic() + 30
        while b"Clusters" not in shown and time.monotonic() < deadline:
            shown += os.read(ours, 65536)
        child.send_signal(signal.SIGINT)
        shown += drained(ours)
        assert child.wait(10) == 0
    assert b"Traceback" not in shown
    assert b"\x1b[?25h" in shown  # the cursor is back


def drained(terminal: int) -> bytes:
    content = b""
    try:
        while part := os.read(terminal, 65536):
            content += part
    except OSError:  # the other side is closed
        os.close(terminal)
    return content
