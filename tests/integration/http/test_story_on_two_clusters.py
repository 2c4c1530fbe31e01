"""The whole life of an organization, wherever its documents are: clients see no difference."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pymongo.database import Database

from tenantry.lifecycle import suspending
from tenantry.registry import clusters
from tenantry.runtime.settings import settings
from tenantry.storage import pools
from tests.support.databases import Databases, Document
from tests.support.owners import PASSWORD, log_in, sign_up
from tests.support.service import Service

pytestmark = pytest.mark.own_databases


@dataclass(frozen=True)
class Place:
    """Where all organizations of a test go."""

    cluster: str
    kind: str


PLACES = [
    Place("main", "collection"),
    Place("second", "collection"),
    Place("main", "pooled"),
    Place("second", "pooled"),
]


@pytest.fixture(params=PLACES, ids=lambda place: f"{place.kind} on {place.cluster}")
def place(
    request: pytest.FixtureRequest,
    service: Service,
    second: Database[Document],
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    place: Place = request.param
    clusters.register("main", 0 if place.cluster == "second" else 100)
    clusters.register("second", 100)
    if place.kind == "pooled":
        pools.create(place.cluster, "pool_0")
    monkeypatch.setenv("PLACEMENT", place.kind)
    settings.cache_clear()
    return place


@pytest.fixture
def stored(place: Place, databases: Databases, second: Database[Document]) -> Callable[[str], list[Document]]:
    """Find the documents that an organization has, without the library."""
    tenants = databases.tenants if place.cluster == "main" else second

    def stored(organization_id: str) -> list[Document]:
        organization = databases.organization(organization_id)
        if place.kind == "collection":
            return list(tenants[organization["collection"]].find().sort("_id", 1))
        documents = tenants["pool_0"].find({"_id.tenant": organization_id}).sort("_id.id", 1)
        return [document | {"_id": document["_id"]["id"]} for document in documents]

    return stored


@pytest.mark.usefixtures("free_names")
def test_life_of_an_organization(
    service: Service, stored: Callable[[str], list[Document]], databases: Databases
) -> None:
    google, amazon = sign_up(service, "Google"), sign_up(service, "Amazon")
    assert (google.organization["collection"], google.organization["version"]) == ("org_google", 1)
    for owner in (google, amazon):
        for number in range(3):
            document = {"_id": str(number), "of": owner.slug}
            assert service.post(f"{owner.path}/documents", document, token=owner.token).status == 201
    assert (
        service.post(
            f"{google.path}/indexes", {"keys": [{"field": "of", "order": 1}]}, token=google.token
        ).status
        == 201
    )
    assert stored(google.id) == [{"_id": str(number), "of": "google"} for number in range(3)]

    renamed = service.patch(google.path, {"name": "Alphabet"}, token=google.token)
    assert (renamed.status, renamed.json["collection"], renamed.json["slug"]) == (
        200,
        "org_alphabet",
        "alphabet",
    )
    assert service.get("/organizations/google/documents", token=google.token).status == 404
    assert service.get("/organizations/alphabet/count", token=google.token).json == {"count": 3}
    assert service.patch(google.path, {"name": "Amazon"}, token=google.token).code == "organization-exists"

    heir = sign_up(service, "Google", email="heir@example.com")
    assert service.get(f"{heir.path}/count", token=heir.token).json == {"count": 0}

    suspending.suspend("alphabet")
    assert service.get(f"{google.path}/count", token=google.token).status == 401
    suspending.reactivate("alphabet")
    token = log_in(service, google.email)
    assert service.get(f"{google.path}/documents/1", token=token).json == {"_id": "1", "of": "google"}

    assert service.delete(google.path, token=token).status == 204
    assert service.get(google.path, token=token).status == 401
    login = service.post("/login", {"email": google.email, "password": PASSWORD})
    assert login.json["organization"] is None
    again = sign_up(service, "Alphabet", email="third@example.com")
    assert again.id != google.id
    assert service.get(f"{again.path}/count", token=again.token).json == {"count": 0}
    assert stored(amazon.id) == [{"_id": str(number), "of": "amazon"} for number in range(3)]
    assert list(databases.master["erasures"].find()) == []
