"""`tenantry backup` refuses options and indexes that Tenantry makes nowhere, as `tenantry restore` does."""

from pathlib import Path
from typing import Any

import pytest

from tests.support import library
from tests.support.command_line import tenantry
from tests.support.databases import Databases

COLLATION = {"locale": "de", "strength": 2}
VALIDATOR = {"$jsonSchema": {"required": ["a"]}}
CLUSTERED = {"key": {"_id": 1}, "unique": True, "name": "cluster"}
FOREIGN_OPTIONS: dict[str, dict[str, Any]] = {
    "capped": {"capped": True, "size": 8192},
    "changeStreamPreAndPostImages": {"changeStreamPreAndPostImages": {"enabled": True}},
    "clusteredIndex": {"clusteredIndex": CLUSTERED},
    "collation": {"collation": COLLATION},
    "validationAction": {"validator": VALIDATOR, "validationAction": "warn"},
}
FOREIGN_INDEXES: list[tuple[dict[str, Any], str]] = [
    ({"key": {"a": 1}, "expireAfterSeconds": 1}, "the index foreign has the option expireAfterSeconds"),
    ({"key": {"a": 1}, "hidden": True}, "the index foreign has the option hidden"),
    ({"key": {"a": 1}, "collation": COLLATION}, "the index foreign has the option collation"),
    ({"key": {"a": 1}, "partialFilterExpression": {"a": 1}}, "index foreign is partial otherwise"),
    ({"key": {"a": "text"}}, "the index foreign has the option default_language"),
    ({"key": {"a": "2dsphere"}}, "the index foreign has the option 2dsphereIndexVersion"),
    ({"key": {"a": "hashed"}}, "indexes.0.key.a: Input should be 1 or -1"),
    ({"key": {"a": 2}}, "indexes.0.key.a: Input should be 1 or -1"),
    ({"key": {"$**": 1}}, "indexes.0: "),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "google.archive"


@pytest.mark.parametrize("option", FOREIGN_OPTIONS)
def test_option_that_could_not_be_restored_is_refused(databases: Databases, path: Path, option: str) -> None:
    library.create("Google")
    databases.tenants.drop_collection("org_google")
    databases.tenants.create_collection("org_google", **FOREIGN_OPTIONS[option])
    result = tenantry("backup", "google", "-o", path)
    assert result.exit_code == 1
    assert result.stderr.startswith("org_google could not be restored, for Tenantry makes no such collection")
    assert f"has the option {option}" in result.stderr
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(("index", "message"), FOREIGN_INDEXES)
def test_index_that_could_not_be_restored_is_refused(
    databases: Databases, path: Path, index: dict[str, Any], message: str
) -> None:
    library.create("Google")
    command = {"createIndexes": "org_google", "indexes": [index | {"name": "foreign"}]}
    databases.tenants.command(command)
    result = tenantry("backup", "google", "-o", path)
    assert (result.exit_code, message in result.stderr) == (1, True), result.stderr
    assert list(path.parent.iterdir()) == []
