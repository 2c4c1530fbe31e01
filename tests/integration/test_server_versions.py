"""What differs between the servers that are installed, and what the library makes of it."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from pymongo.errors import WriteError

from local.mongod_programs import BUNDLED, OLDEST
from tenantry.storage.allowed.filters import ForbiddenOperation
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.databases import Databases

pytestmark = pytest.mark.server_version

NOT_OKAY_FOR_STORAGE: Final = 52
BELOW_THE_TOP: Final[dict[str, Any]] = {"a": {"$x": 1}}
IS_STORED: Final = {OLDEST: False, BUNDLED: True}


def outcome(operation: Callable[[], object]) -> int:
    """Return the code with which the server refuses a write, or 0."""
    try:
        operation()
    except WriteError as error:
        return error.code or -1
    return 0


def test_upsert_stores_below_the_top_of_an_id_what_an_insertion_refuses(databases: Databases) -> None:
    stored = databases.tenants["anything"]
    version = databases.client.server_info()["version"]
    upserted = outcome(lambda: stored.replace_one({"_id": {"$eq": BELOW_THE_TOP}}, {}, upsert=True))
    assert upserted in {0, NOT_OKAY_FOR_STORAGE}
    assert (upserted == 0) == IS_STORED.get(version, upserted == 0)
    stored.delete_many({})
    assert outcome(lambda: stored.insert_one({"_id": BELOW_THE_TOP})) == NOT_OKAY_FOR_STORAGE


def test_library_stores_no_id_that_could_not_be_moved(databases: Databases) -> None:
    documents = TenantCollection(library.create("Google").organization_id)
    exactly = {"_id": {"$eq": BELOW_THE_TOP}}
    with pytest.raises(ForbiddenOperation):
        documents.replace_one(exactly, {"a": 1}, upsert=True)
    with pytest.raises(ForbiddenOperation):
        documents.update_one({"a": 1}, {"$set": {"_id": BELOW_THE_TOP}}, upsert=True)
    with pytest.raises(ForbiddenOperation):
        documents.insert_one({"_id": BELOW_THE_TOP})
    assert documents.find({}) == []
