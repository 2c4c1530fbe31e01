"""`tenantry console` in this process, and a page that its link has admitted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from cli.connection import Target
from cli.console.server import Console, answering, listening
from tests.support.databases import Databases
from tests.support.waiting import wait_until


@dataclass(frozen=True)
class Page:
    """What the page does, without its looks."""

    server: Console
    client: httpx.Client
    told: list[str] = field(default_factory=list)

    @property
    def token(self) -> str:
        """A token of another link."""
        return self.server.link().partition("token=")[2]

    def start(self, token: str | None = None) -> httpx.Response:
        """Bring the token of a link, and be admitted if it is the latest."""
        answer = self.client.post("/start", json={"token": token or self.token})
        if answer.status_code == 200:
            self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer

    def finished_work(self, path: str) -> Any:
        """Wait until all work of a path is over, and return what it says of it."""
        wait_until(lambda: '"running"' not in self.client.get(path).text, 60)
        return self.client.get(path).json()


@contextmanager
def console(databases: Databases, **clusters: str) -> Iterator[Page]:
    """Serve the console of these databases to a page that has not been admitted yet."""
    target = Target(databases.uri, databases.master.name, databases.tenants.name, clusters)
    told: list[str] = []
    server = listening(0, target, told.append)
    with (
        answering(server),
        httpx.Client(base_url=f"http://127.0.0.1:{server.server_port}", timeout=60) as client,
    ):
        yield Page(server, client, told)
