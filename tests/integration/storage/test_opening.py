"""What an organization has at a place looks alike, whichever kind of place it is."""

import bson
import pytest
from pymongo import IndexModel

from tenantry.registry import clusters
from tenantry.registry.organizations.document import Place
from tenantry.storage.opening import open_place
from tenantry.storage.own_collection import OwnCollection
from tenantry.storage.pooled.share import PoolShare
from tenantry.storage.tenant_storage import TenantStorage
from tests.support.databases import Databases
from tests.support.recorder import recording

DOCUMENT = {"_id": 1, "kind": "note"}


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (Place("main", "collection", "org_google"), OwnCollection),
        (Place("main", "pooled", "pool_0"), PoolShare),
    ],
)
def test_both_kinds_of_place_look_alike(
    place: Place, kind: type[TenantStorage], databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    clusters.register("main")
    uuid = open_place(place, "org_1").prepare(lambda: None)
    with recording(monkeypatch) as recorder:
        storage = open_place(place, "org_1", uuid)
        assert recorder.commands == []
    assert type(storage) is kind
    storage.documents.insert_one(DOCUMENT)
    storage.indexes.create(IndexModel("kind"))
    with storage.raw() as documents:
        assert [bytes(one.raw) for one in documents.read_range(None, None)] == [bson.encode(DOCUMENT)]
    assert storage.count_namespaces() == place.initial_namespaces + 1
    storage.remove(lambda: None, lambda: None)
    assert databases.tenants[place.collection].find_one() is None
