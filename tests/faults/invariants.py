"""The judge: what must hold once everything has been settled."""

from datetime import timedelta
from typing import cast

from pymongo.database import Database

from cli import connection
from cli.checker import verify
from tests.support.databases import Databases, Document


def assert_invariants(databases: Databases) -> None:
    """Check the invariants of the stored data as `tenantry verify` does, intents of any age included."""
    master, tenants = (
        cast("Database[connection.Document]", database) for database in (databases.master, databases.tenants)
    )
    report = verify(connection.Databases(master, tenants), timedelta(), _ignore)
    assert report.violations == []
    assert set(report.examined) >= {"organizations"}
    assert _by_id(databases, "audit") == _by_id(databases, "outbox"), "a record that is not to be published"


def _by_id(databases: Databases, collection: str) -> dict[str, Document]:
    records = databases.master[collection].find({}, {"expires_at": 0})
    return {record["_id"]: record for record in records}


def _ignore(kind: str, done: int, expected: int) -> None:
    """Show no progress."""
