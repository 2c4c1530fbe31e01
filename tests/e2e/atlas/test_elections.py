"""The story of an organization, while the cluster elects one primary after the other."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.e2e.atlas.cluster import Cluster
from tests.e2e.atlas.deployment import AtlasDeployment
from tests.e2e.atlas.patience import PatientService
from tests.e2e.http_service import unique
from tests.e2e.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.waiting import wait_until

WAITED_SECONDS = 60.0
LEAST_ELECTIONS = 2
PAUSE_SECONDS = 3.0


@dataclass
class Elections:
    """How many there have been."""

    number: int = 0


@contextmanager
def electing(cluster: Cluster) -> Iterator[Elections]:
    """Let the cluster elect another primary, over and over, for the length of a `with` block."""
    elections, is_over = Elections(), threading.Event()

    def elect() -> None:
        while not is_over.wait(PAUSE_SECONDS):
            cluster.elect()
            elections.number += 1

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(elect)
        try:
            yield elections
        finally:
            is_over.set()
            running.result()


@dataclass
class Writer:
    """Puts numbered documents into an organization, and notes which ones were acknowledged."""

    owner: Owner
    acknowledged: dict[str, int] = field(default_factory=dict)
    number: int = 0

    def write(self, is_over: threading.Event) -> None:
        while not is_over.is_set():
            self.number += 1
            name = f"document-{self.number % 10}"
            path = f"{self.owner.path}/documents/{name}"
            answer = self.owner.service.put(path, {"value": self.number}, token=self.owner.token)
            assert answer.status in {200, 201}, answer.text
            self.acknowledged[name] = self.number
            assert self.owner.service.get(path, token=self.owner.token).json["value"] == self.number


@contextmanager
def writing(writer: Writer) -> Iterator[None]:
    """Let a writer work for the length of a `with` block."""
    is_over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(writer.write, is_over)
        try:
            yield
        finally:
            is_over.set()
            running.result()


def invited(service: PatientService, mailbox: Mailbox, owner: Owner) -> str:
    """Let a person join by an invitation, and return the token of a login."""
    proof = {"token": mailbox.to(owner.email)[-1].token}
    verified = service.post("/account/email-verification/complete", proof, token=owner.token)
    assert verified.status in {204, 404}  # of a link that was used by a try that got no answer
    grace = f"{unique('grace').lower().replace(' ', '-')}@example.com"
    body = {"email": grace, "role": "viewer"}
    assert service.post(f"{owner.path}/invitations", body, token=owner.token).status in {201, 409}
    acceptance = {"token": mailbox.to(grace)[-1].token, "password": PASSWORD}
    assert service.post("/invitations/accept", acceptance).status in {200, 410}
    return log_in(service, grace, owner.id)


def test_story_goes_on_through_elections_and_nothing_acknowledged_is_lost(
    service: PatientService,
    mailbox: Mailbox,
    deployment: AtlasDeployment,
    record_property: Callable[[str, object], None],
) -> None:
    with electing(deployment.atlas.cluster) as elections:
        owner = sign_up(service, unique("Google"))
        writer = Writer(owner)
        with writing(writer):
            grace = invited(service, mailbox, owner)
            renamed = service.patch(owner.path, {"name": unique("Alphabet")}, token=owner.token)
            assert renamed.status == 200
            members = service.get(f"{owner.path}/members", token=grace).json["members"]
            (viewer,) = [member["id"] for member in members if member["role"] == "viewer"]
            editor = service.patch(f"{owner.path}/members/{viewer}", {"role": "editor"}, token=owner.token)
            assert editor.json["role"] == "editor"
            note = service.post(f"{owner.path}/documents", {"text": "from Grace"}, token=grace)
            assert note.status == 201
            wait_until(lambda: elections.number >= LEAST_ELECTIONS, WAITED_SECONDS)

        path = f"{owner.path}/documents"
        listed = service.get(f"{path}?limit=100", token=owner.token).json["documents"]
        values = {document["_id"]: document["value"] for document in listed if "value" in document}
        assert values == writer.acknowledged
        assert [document["text"] for document in listed if "text" in document] == ["from Grace"]
        assert service.get(owner.path, token=owner.token).json["slug"] == renamed.json["slug"]
        before = service.unavailable
        deleted = service.delete(owner.path, token=owner.token)
        assert deleted.status == 204 or (service.unavailable > before and deleted.status == 401)
    record_property("elections, requests repeated", (elections.number, service.unavailable))

    assert service.get(owner.path, token=owner.token).status == 401
    assert log_in(service, owner.email)  # of an account without an organization
    deployment.databases.check_invariants()
