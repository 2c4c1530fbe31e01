# ruff: noqa - all of it is wrong on purpose, and never runs
from typing import Any

import pymongo

from tenantry import clusters, database
from tenantry.settings import settings
from tenantry.tenants import TenantCollection
from tenantry.clusters import tenant_database


def database_of_all_tenants(uri: str) -> None:
    # ruleid: tenant-database-outside-tenants
    settings().tenant_database
    # ruleid: tenant-database-outside-tenants
    database.client()["tenantry_tenants"]
    # ruleid: tenant-database-outside-tenants
    pymongo.MongoClient(uri)
    # ok: tenant-database-outside-tenants
    database.collection("accounts").find_one({"_id": "acct_1"})


def collection_of_a_name(name: str) -> None:
    # ruleid: tenant-database-outside-tenants, tenant-collection-outside-fence
    clusters.tenant_database("main")[name]
    # ruleid: tenant-database-outside-tenants, tenant-collection-outside-fence
    tenant_database("main")[name]
    # ruleid: tenant-database-outside-tenants, tenant-collection-outside-fence
    tenant_database("main").get_collection(name)


def writes(mine: Any, session: Any, tenant: TenantCollection) -> None:
    # ruleid: tenant-write-outside-transaction
    mine.insert_one({})
    # ruleid: tenant-write-outside-transaction
    mine.update_many({}, {}, session=None)
    # ruleid: tenant-write-outside-transaction
    mine.find_one_and_update({}, {})
    # ok: tenant-write-outside-transaction
    mine.delete_one({}, session=session)
    # ok: tenant-write-outside-transaction
    mine.find_one({})
