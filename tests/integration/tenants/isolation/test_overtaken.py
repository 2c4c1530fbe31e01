"""Requests in whose midst the organization's name passes to another serve their own caller, or nobody."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest

from tenantry import tenants
from tenantry.lifecycle import deleting
from tenantry.registry import clusters
from tenantry.registry.organizations import finding
from tenantry.runtime.observability import logger
from tenantry.storage import collections
from tenantry.storage.pooled.indexes import PooledIndexes
from tests.integration.kinds import POOL
from tests.integration.tenants.isolation.observer import Observer, alike
from tests.integration.tenants.isolation.routes import ALL, SAMPLES, Route
from tests.integration.tenants.isolation.strangers import NOT_FOUND
from tests.integration.tenants.isolation.tenants import Tenant, Words, create_tenant, fill, snapshot
from tests.support import library
from tests.support.overtaking import once_before
from tests.support.service import Answer

pytestmark = pytest.mark.usefixtures("free_names")
DATA = ("documents", "count", "indexes")

OF_DATA = [
    route
    for route in ALL
    if route.resource.startswith(tuple(f"/organizations/{{organization}}/{data}" for data in DATA))
]
OF_INDEXES = [route for route in OF_DATA if "/indexes" in route.resource]
READING = [route for route in OF_DATA if route.method == "GET"]
CHANGING_INDEXES = [route for route in OF_INDEXES if route.method != "GET"]

Moment = tuple[ModuleType | type, str]
COMMAND: Moment = (collections, "_send")
COMMAND_TO_POOL: Moment = (PooledIndexes, "_run")
MOMENTS: dict[str, tuple[Moment, list[Route]]] = {
    "once authenticated": ((tenants, "collection"), OF_DATA),
    "before the collection": ((clusters, "tenant_database"), OF_DATA),
    # Between a write and the look behind it no rename can come: it waits for the transaction.
    "before another look": ((finding, "find"), READING + CHANGING_INDEXES),
    "before the command": (COMMAND, CHANGING_INDEXES),
}
AT_ANY_MOMENT = pytest.mark.parametrize(
    ("route", "moment"),
    [
        pytest.param(route, moment, id=f"{' '.join(route)}, {name}")
        for name, (moment, routes) in MOMENTS.items()
        for route in routes
    ],
)


def ask(observer: Observer, caller: Tenant, route: Route) -> Answer:
    path, body = route.path(caller.slug), SAMPLES[route].body(caller)
    return observer.send(route.method, path, caller, json_body=body, token=caller.token)


class Race:
    """A request, and at some moment of it another organization that gets the name of the caller's.

    Parameters
    ----------
    observer
        Sends the request.
    caller
        The caller.
    kind
        Where organizations have their documents.
    monkeypatch
        Lets it happen.
    """

    def __init__(
        self, observer: Observer, caller: Tenant, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.observer = observer
        self.kind = kind
        self.caller = caller
        self.member = library.membership(caller.account_id, caller.id)
        self._monkeypatch = monkeypatch
        self._heir = Tenant(Words(name=caller.words.name))
        self._heir_at_first: list[object] = []

    def run(self, route: Route, moment: Moment, free_the_name: Callable[[], object]) -> Answer:
        """Send a request in whose midst the name passes on, and check that it leaves the heir alone."""

        def happen() -> None:
            free_the_name()
            self._create_heir()

        moment = COMMAND_TO_POOL if moment == COMMAND and self.kind == "pooled" else moment
        once_before(self._monkeypatch, *moment, happen)
        answer = ask(self.observer, self.caller, route)
        assert snapshot(self.observer.databases, self._heir) == self._heir_at_first
        self.observer.databases.check_invariants()
        self._check_indexes_of_pool()
        return answer

    def _check_indexes_of_pool(self) -> None:
        """Check that the pool has indexes of organizations only that are there."""
        databases = self.observer.databases
        living = {organization["_id"] for organization in databases.master["organizations"].find()}
        indexes = databases.tenants[POOL].index_information().values()
        owners = {
            index["partialFilterExpression"]["_id.tenant"]
            for index in indexes
            if "partialFilterExpression" in index
        }
        assert owners <= living

    def stored(self, collection: str, tenant: Tenant) -> str:
        """Return a collection's documents and indexes, without what tells tenants from each other."""
        databases = self.observer.databases
        indexes = databases.stored(collection).index_information()
        return tenant.hidden(f"{databases.documents(collection)} {indexes}")

    def _create_heir(self) -> None:
        heir = library.create(self._heir.name, self._heir.email)
        # Creating the heir has put its ids into the log; the request goes on under its caller's.
        logger.append_keys(organization_id=self.caller.id, account_id=self.caller.account_id)
        self._heir = replace(self._heir, id=heir.organization_id, account_id=heir.account_id)
        fill(self.observer.databases, self._heir)
        self.observer.tenants.append(self._heir)
        self._heir_at_first = snapshot(self.observer.databases, self._heir)


@pytest.fixture
def race(observer: Observer, caller: Tenant, kind: str, monkeypatch: pytest.MonkeyPatch) -> Race:
    return Race(observer, caller, kind, monkeypatch)


@AT_ANY_MOMENT
def test_a_request_follows_a_rename(
    race: Race, observer: Observer, caller: Tenant, route: Route, moment: Moment
) -> None:
    calm = create_tenant(observer.service, observer.databases)
    expected = alike(ask(observer, calm, route), calm)
    name = f"Renamed {caller.words.name}"
    answer = race.run(route, moment, lambda: library.rename(race.member, name))
    assert alike(answer, caller) == expected
    assert race.stored(f"org_renamed_{caller.words.name}", caller) == race.stored(calm.collection, calm)


@AT_ANY_MOMENT
def test_a_request_ends_with_its_organization(race: Race, route: Route, moment: Moment) -> None:
    answer = race.run(route, moment, lambda: deleting.delete(race.member))
    assert (answer.status, answer.code) == NOT_FOUND
