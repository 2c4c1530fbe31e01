# ruff: noqa - all of it is wrong on purpose, and never runs
from typing import Any

import pymongo

from tenantry.registry import clusters
from tenantry.registry.clusters import tenant_database
from tenantry.registry.organizations.document import Place
from tenantry.runtime import mongodb
from tenantry.runtime.settings import settings
from tenantry.storage import collections, opening
from tenantry.storage.opening import open_place
from tenantry.storage.pooled.share import PoolShare
from tenantry.tenants import TenantCollection


def database_of_all_tenants(uri: str) -> None:
    # ruleid: tenant-collection-outside-fence
    settings().tenant_database
    # ruleid: tenant-collection-outside-fence
    mongodb.client()["tenantry_tenants"]
    # ruleid: tenant-collection-outside-fence
    pymongo.MongoClient(uri)
    # ok: tenant-collection-outside-fence
    mongodb.collection("accounts").find_one({"_id": "acct_1"})


def collection_of_a_name(name: str) -> None:
    # ruleid: tenant-collection-outside-fence
    clusters.tenant_database("main")[name]
    # ruleid: tenant-collection-outside-fence
    tenant_database("main")[name]
    # ruleid: tenant-collection-outside-fence
    tenant_database("main").get_collection(name)


def place_of_a_name(place: Place) -> None:
    # ruleid: tenant-storage-outside-fence
    open_place(place, "org_1")
    # ruleid: tenant-storage-outside-fence
    opening.open_place(place, "org_1")
    # ruleid: tenant-storage-outside-fence
    PoolShare(place, "org_1")
    # ruleid: tenant-storage-outside-fence
    collections.at(place)
    # ok: tenant-storage-outside-fence
    collections.log_stray(place)


def writes(notes: Any, session: Any, tenant: TenantCollection) -> None:
    # ruleid: tenant-write-outside-transaction
    notes.insert_one({})
    # ruleid: tenant-write-outside-transaction
    notes.update_many({}, {}, session=None)
    # ruleid: tenant-write-outside-transaction
    notes.find_one_and_update({}, {})
    # ok: tenant-write-outside-transaction
    notes.delete_one({}, session=session)
    # ok: tenant-write-outside-transaction
    notes.find_one({})
