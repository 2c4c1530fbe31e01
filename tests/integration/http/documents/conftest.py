"""The documents API of one organization."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tenantry.tenants import TenantCollection
from tests.integration.kinds import parametrize, place
from tests.support.databases import Databases
from tests.support.owners import Owner
from tests.support.service import Answer, Service

NDJSON = {"Content-Type": "application/x-ndjson"}
CANONICAL = {"Accept": "application/ejson"}


@dataclass(frozen=True)
class Documents:
    """Requests of an organization's owner about its documents."""

    service: Service
    owner: Owner

    @property
    def collection(self) -> TenantCollection:
        """The collection itself; handlers serve one request at a time."""
        return TenantCollection(self.owner.id)

    @property
    def path(self) -> str:
        return f"{self.owner.path}/documents"

    def insert(self, sent: Any, parameters: str = "", **parts: Any) -> Answer:
        return self.service.post(self.path + parameters, sent, token=self.owner.token, **parts)

    def insert_text(self, body: str, parameters: str = "", **headers: str) -> Answer:
        return self.service.request(
            "POST", self.path + parameters, body=body, token=self.owner.token, headers=headers
        )

    def find(self, query: Any = None, **parameters: Any) -> Answer:
        if query is not None:
            parameters["filter"] = json.dumps(query)
        return self.service.get(f"{self.path}?{urlencode(parameters)}", token=self.owner.token)

    def count(self, query: Any) -> Answer:
        parameters = urlencode({"filter": json.dumps(query)})
        return self.service.get(f"{self.owner.path}/count?{parameters}", token=self.owner.token)

    def of(self, document_id: str, method: str, body: Any = None, **headers: str) -> Answer:
        path = f"{self.path}/{quote(document_id, safe='')}"
        text = None if body is None else json.dumps(body)
        return self.service.request(method, path, body=text, token=self.owner.token, headers=headers)

    def index(self, method: str, body: Any = None, name: str = "") -> Answer:
        path = f"{self.owner.path}/indexes{name and '/' + quote(name, safe='')}"
        text = None if body is None else json.dumps(body)
        return self.service.request(method, path, body=text, token=self.owner.token)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    modules = (
        "test_cursors.",
        "test_indexes.",
        "test_many.",
        "test_names.",
        "test_partial_indexes.",
        "test_refusals.",
        "test_repeated.",
    )
    parametrize(metafunc, lambda name: name.startswith((*modules, "test_one.test_an_id_is_taken")))


@pytest.fixture(autouse=True)
def kind(request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where organizations have their documents; other kinds' organizations are there, too."""
    return place(getattr(request, "param", "collection"), monkeypatch)


@pytest.fixture
def documents(service: Service, owner: Owner) -> Documents:
    return Documents(service, owner)
