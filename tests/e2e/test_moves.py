"""Organizations are moved by the deployed function while their members go on over HTTP."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest

from tenantry.lifecycle.moves import operations
from tenantry.lifecycle.moves.errors import OutOfTime
from tests.e2e.deployment import Deployment
from tests.e2e.operators import operating
from tests.support.command_line import tenantry_json
from tests.support.databases import Databases
from tests.support.owners import Owner
from tests.support.service import Answer
from tests.support.waiting import wait_until

DOCUMENTS = 200
WRITERS = 2
SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
WAITED_SECONDS = 30.0


class Member:
    """Reads and writes over and over, until told to stop.

    Parameters
    ----------
    owner
        Whose documents.
    name
        What the ids of the documents begin with.
    """

    def __init__(self, owner: Owner, name: str) -> None:
        self._owner = owner
        self._name = name
        self.number = 0
        self.acknowledged: dict[str, int] = {}

    def work(self, is_over: threading.Event) -> None:
        while not is_over.is_set():
            self.number += 1
            document = f"{self._name}-{self.number % 10}"
            written = {"number": document, "value": self.number}  # there is a unique index on `number`
            assert self._request("PUT", document, written).status in {200, 201}
            self.acknowledged[document] = self.number
            assert self._request("GET", document).json == {"_id": document} | written

    def _request(self, method: str, document: str, body: Any = None) -> Answer:
        """Send a request until it is answered by anything but 503, which has to say when to come back."""
        send, path = self._owner.service.request, f"{self._owner.path}/documents/{document}"
        content = None if body is None else json.dumps(body)
        while (answer := send(method, path, body=content, token=self._owner.token)).status == 503:
            assert int(answer.headers["retry-after"]) > 0
        return answer


@pytest.fixture
def operator(deployment: Deployment, databases: Databases) -> Iterator[None]:
    with operating(deployment.stack, databases):
        yield


@pytest.fixture
def members(owner: Owner) -> list[Member]:
    """Members of an organization that has documents and an index."""
    index = {"keys": [{"field": "number"}], "name": "by-number", "unique": True}
    lines = [json.dumps({"_id": f"fixed-{number}", "number": number}) for number in range(DOCUMENTS)]
    assert owner.service.post(f"{owner.path}/indexes", index, token=owner.token).status == 201
    inserted = owner.service.request(
        "POST",
        f"{owner.path}/documents",
        body="\n".join(lines),
        token=owner.token,
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert inserted.json["inserted"] == DOCUMENTS
    return [Member(owner, f"member-{number}") for number in range(WRITERS)]


@contextmanager
def at_work(members: list[Member]) -> Iterator[Callable[[], None]]:
    """Let members work for the length of a ``with`` block; yield what waits until each has gone on."""
    is_over = threading.Event()

    def wait_for_all() -> None:
        goals = [(member, member.number + 2) for member in members]
        wait_until(
            lambda: all(member.number >= goal for member, goal in goals) or any(map(Future.done, working)),
            WAITED_SECONDS,
        )
        assert not any(map(Future.done, working))

    with ThreadPoolExecutor(len(members)) as pool:
        working = [pool.submit(member.work, is_over) for member in members]
        try:
            yield wait_for_all
        finally:
            is_over.set()
            for work in working:
                work.result()


def seen(owner: Owner) -> list[Any]:
    """Return what nobody changes: a document with its ETag, the indexes, a query of all, an error."""
    query = quote(json.dumps({"number": {"$gte": 0}}))
    paths = ("documents/fixed-7", "indexes", f"documents?sort=-number&limit={DOCUMENTS}&filter={query}")
    answers = [owner.service.get(f"{owner.path}/{path}", token=owner.token) for path in paths]
    taken = owner.service.post(f"{owner.path}/documents", {"_id": "other", "number": 7}, token=owner.token)
    assert [answer.status for answer in answers] == [200, 200, 200]
    return [(answer.headers.get("etag"), answer.json) for answer in answers] + [(taken.status, taken.code)]


def begin_to_move(organization_id: str, to: str) -> None:
    """Begin a move as an operator whose command is interrupted while it copies."""

    def stop() -> None:
        raise OutOfTime

    with pytest.raises(OutOfTime):
        operations.move(organization_id, *operations.parse_target(to), stop, lambda *_: None)


def move_by_schedule(deployment: Deployment, databases: Databases, organization_id: str) -> None:
    """Let the function go on with a move as its schedule does."""
    name = deployment.aws.physical_id("MoveOrganizationFunction")
    answer = deployment.aws.functions.invoke(FunctionName=name, Payload=json.dumps(SCHEDULED))
    assert "FunctionError" not in answer
    # The schedule of the stack may have been there first.
    moves = databases.master["moves"]
    wait_until(lambda: moves.find_one({"_id": organization_id}) is None, WAITED_SECONDS)


@pytest.mark.usefixtures("operator")
def test_nobody_notices_that_an_organization_is_moved(
    deployment: Deployment, databases: Databases, owner: Owner, members: list[Member]
) -> None:
    before = seen(owner)
    with at_work(members) as wait_for_all:
        for to, place in (("cluster-2", ("cluster-2", None)), ("cluster-2/pooled", ("cluster-2", "pool_0"))):
            begin_to_move(owner.id, to)
            wait_for_all()
            move_by_schedule(deployment, databases, owner.id)
            stored = databases.organization(owner.id)
            assert (stored["cluster"], stored["pool"]) == place
            wait_for_all()
            assert seen(owner) == before

    written = {name: value for member in members for name, value in member.acknowledged.items()}
    query = quote(json.dumps({"value": {"$exists": True}}))
    listed = owner.service.get(f"{owner.path}/documents?filter={query}&limit=100", token=owner.token)
    assert {document["_id"]: document["value"] for document in listed.json["documents"]} == written
    counted = owner.service.get(f"{owner.path}/count", token=owner.token)
    assert counted.json == {"count": DOCUMENTS + len(written)}
    assert tenantry_json("verify")["violations"] == []
    assert owner.service.delete(f"{owner.path}?immediately=true", token=owner.token).status == 204
