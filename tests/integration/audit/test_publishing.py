"""A process that is killed while it publishes loses no event; what it has sent may be sent again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from local.processes import HOST
from tenantry.audit import recording
from tests.integration.audit.records import recorded
from tests.support.databases import Databases
from tests.support.http_servers import running


class EventBridge(HTTPServer):
    """Takes PutEvents (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html)."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Requests)
        self.received: list[str] = []
        self.replies_to_lose = 0


class _Requests(BaseHTTPRequestHandler):
    server: EventBridge

    def do_POST(self) -> None:
        entries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["Entries"]
        self.server.received += [json.loads(entry["Detail"])["id"] for entry in entries]
        if self.server.replies_to_lose > 0:
            self.server.replies_to_lose -= 1
            self.close_connection = True
            return
        replies = [{"EventId": str(number)} for number, _ in enumerate(entries)]
        octets = json.dumps({"FailedEntryCount": 0, "Entries": replies}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
        """Write nothing."""


@pytest.fixture
def event_bridge(monkeypatch: pytest.MonkeyPatch) -> Iterator[EventBridge]:
    event_bridge = EventBridge()
    with running(event_bridge) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", url)
        monkeypatch.setenv("EVENT_BUS", "tenantry-test")
        yield event_bridge


def publish(number: int) -> int:
    """Publish in a process that is killed before its nth change; return how it ended."""
    command: list[Any] = [sys.executable, "-m", "tests.support.killed_publisher", str(number)]
    return subprocess.run(command, env=os.environ, capture_output=True, check=False).returncode


def test_a_kill_repeats_events_and_loses_none(databases: Databases, event_bridge: EventBridge) -> None:
    for number in range(23):
        recording.record_alone("login.failed", ["org_1"], {"n": number})
    ids = [record["_id"] for record in recorded(databases)]
    assert publish(2) == -signal.SIGKILL  # the second ten are sent, and not removed yet
    assert event_bridge.received == ids[:20]
    assert [event["_id"] for event in databases.master["outbox"].find()] == ids[10:]
    event_bridge.received.clear()
    event_bridge.replies_to_lose = 1
    assert publish(99) == 0
    assert event_bridge.received == [*ids[10:20], *ids[10:20], *ids[20:]]
    assert list(databases.master["outbox"].find()) == []
