"""Whatever a tenant does in a pool, the server finds its documents by an index, and looks at no others."""

from collections.abc import Callable, Iterator
from operator import methodcaller as call
from typing import Any, Final

import pytest
from bson import ObjectId
from pymongo import IndexModel, MongoClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from tenantry.http.documents import changing, finding, inserting
from tenantry.http.documents.finding import Search
from tenantry.language import filters, sorting
from tenantry.storage.pooled.documents import PooledDocuments
from tenantry.storage.pooled.indexes import POOL_INDEXES, PooledIndexes
from tenantry.tenants import TenantCollection
from tests.integration.storage.pooled.twins import NEIGHBOURS, TENANT, Unfenced
from tests.support.databases import Document
from tests.support.plans import queries_of

# One document by its `_id`; from MongoDB 8.0 on without planning:
# https://www.mongodb.com/docs/v8.0/release-notes/8.0/#express-query-stages
BY_ID: Final = {"IDHACK", "EXPRESS_IXSCAN", "EXPRESS_UPDATE", "EXPRESS_DELETE"}
SCANS: Final = {"IXSCAN", "COUNT_SCAN", "COLLSCAN"} | BY_ID
PAGE: Final = 5
FILLED: Final = 40  # documents of the tenant; the neighbours have ten times as many


class Commands(CommandListener):
    """Keeps the commands that a client sends."""

    def __init__(self) -> None:
        self.sent: list[Document] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.sent.append(dict(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


@pytest.fixture(scope="module")
def pool(server: str, server_client: MongoClient[Document]) -> Iterator[Any]:
    database = server_client[f"plans_{ObjectId()}"]
    database["pool"].create_indexes(POOL_INDEXES)
    for tenant in (TENANT, *NEIGHBOURS):
        filled = FILLED if tenant == TENANT else 10 * FILLED
        PooledIndexes(database["pool"], tenant).create(IndexModel("kind"))
        documents = [
            {"_id": number, "kind": number % 4, "age": number % 9, "tags": [number]}
            for number in range(filled)
        ]
        PooledDocuments(database["pool"], tenant).insert_many(documents)
    yield database["pool"]
    server_client.drop_database(database.name)


def later_page(documents: TenantCollection, sort: str, query: str | None = None) -> None:
    """Read a page and the one behind it."""
    search = Search(filters.parse(query), sorting.parse(sort), None, PAGE, None)
    page = finding.find_page(documents, search)
    finding.find_page(documents, search._replace(cursor=page.cursor(PAGE)))


OPERATIONS: Final[dict[str, Callable[[TenantCollection], Any]]] = {
    "find_one": call("find_one", {"_id": 7}),
    "find_one otherwise": call("find_one", {"age": 3}),
    "find": call("find", {}),
    "find a range": call("find", {"_id": {"$gt": 3, "$lt": 9}}, sort=[("_id", -1)]),
    "find some": call("find", {"_id": {"$in": [1, 2, 3]}}, {"_id": 1}),
    "find by an index": call("find", {"kind": 2}, sort=[("kind", 1)]),
    "find by no index": call("find", {"age": 3}, sort=[("age", 1), ("_id", 1)]),
    "find in part": call("find", {"$or": [{"_id": 3}, {"kind": 1}]}),
    "count": call("count_documents", {}),
    "count some": call("count_documents", {"$nor": [{"_id": 1}]}),
    "aggregate": call("aggregate", []),
    "aggregate some": call("aggregate", [{"$match": {"kind": 1}}, {"$group": {"_id": "$age"}}]),
    "aggregate what is made": call(
        "aggregate", [{"$set": {"a": 1}}, {"$match": {"_id": 3}}, {"$sort": {"a": 1}}]
    ),
    "update_one": call("update_one", {"_id": 7}, {"$set": {"b": 1}}),
    "update_many": call("update_many", {"kind": 2}, {"$inc": {"b": 1}}),
    "update_many by no index": call("update_many", {"age": 2}, {"$inc": {"b": 1}}),
    "upsert": call("update_one", {"_id": "upserted"}, {"$set": {"b": 1}}, upsert=True),
    "upsert by no index": call("update_one", {"age": 77}, {"$set": {"b": 1}}, upsert=True),
    "replace by no index": call("replace_one", {"age": 78}, {"b": 1}, upsert=True),
    "delete_one": call("delete_one", {"age": 77}),
    "delete_many": call("delete_many", {"age": {"$gt": 70}}),
    "the API's get": lambda documents: finding.find(documents, 7, None),
    "the API's insertion": lambda documents: inserting.insert_many(
        documents, [{"_id": 7}, {"_id": 7}], ordered=False
    ),
    "the API's put": lambda documents: changing.put(documents, 7, {"kind": 1}, lambda _: True),
    "the API's pages": lambda documents: later_page(documents, "_id"),
    "the API's pages from the end": lambda documents: later_page(documents, "-_id"),
    "the API's pages by an index": lambda documents: later_page(documents, "kind"),
    "the API's pages from an index's end": lambda documents: later_page(documents, "-kind,-_id"),
    "the API's pages by no index": lambda documents: later_page(documents, "age"),
    "the API's pages of some": lambda documents: later_page(documents, "_id", '{"age": {"$gt": 2}}'),
    "the API's pages by arrays": lambda documents: later_page(documents, "-tags"),
}


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
def documents(pool: Any, server: str, commands: Commands) -> Iterator[TenantCollection]:
    with MongoClient[Document](server, event_listeners=[commands]) as client:
        listened_to = client[pool.database.name][pool.name]
        unfenced: Any = Unfenced(
            PooledDocuments(listened_to, TENANT), PooledIndexes(listened_to, TENANT), client
        )
        documents = TenantCollection(TENANT)
        documents._fence = unfenced
        yield documents


def explained(pool: Any, commands: Commands) -> Iterator[list[Document]]:
    """Yield the stages of the plan of each query."""
    for query in [query for command in commands.sent for query in queries_of(command)]:
        plan = pool.database.command({"explain": query, "verbosity": "executionStats"})
        yield list(stages_of(plan))


@pytest.mark.parametrize("name", OPERATIONS)
def test_plans(pool: Any, documents: TenantCollection, commands: Commands, name: str) -> None:
    OPERATIONS[name](documents)
    plans = list(explained(pool, commands))
    assert plans != []
    for stages in plans:
        scans = [stage for stage in stages if stage["stage"] in SCANS]
        assert scans != [], stages
        assert [scan for scan in scans if not is_of_tenant(scan)] == []
        assert examined(stages) <= FILLED + 5


@pytest.mark.parametrize("sort", ["_id", "-_id"])
def test_later_pages_start_where_the_earlier_ended(
    pool: Any, documents: TenantCollection, commands: Commands, sort: str
) -> None:
    later_page(documents, sort)
    assert [examined(stages) for stages in explained(pool, commands)] == [PAGE + 1, PAGE + 1]


def examined(stages: list[Document]) -> int:
    return int(max(stage.get("docsExamined", 0) for stage in stages))


def is_of_tenant(scan: Document) -> bool:
    bounds = scan.get("indexBounds", {})
    if scan["stage"] == "COUNT_SCAN":
        return {bounds[end]["_id.tenant"] for end in ("startKey", "endKey")} == {TENANT}
    if scan["stage"] == "IXSCAN" and scan["indexName"] == "_id_":
        return all(f'{{ tenant: "{TENANT}"' in bound for bound in bounds["_id"])
    of_tenant = [f'["{TENANT}", "{TENANT}"]']
    is_by_id = scan["stage"] in BY_ID and scan.get("indexName", "_id_") == "_id_"
    return is_by_id or next(iter(bounds.items()), None) == ("_id.tenant", of_tenant)


def stages_of(plan: Any) -> Iterator[Document]:
    """Yield the stages of the winning plan."""
    if isinstance(plan, dict):
        if isinstance(plan.get("stage"), str):
            yield plan
        for name, part in plan.items():
            if name not in {
                "rejectedPlans",
                "allPlansExecution",
                "queryPlanner" if "executionStats" in plan else "",
            }:
                yield from stages_of(part)
    if isinstance(plan, list):
        for part in plan:
            yield from stages_of(part)
