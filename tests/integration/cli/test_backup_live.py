"""`tenantry backup` while others write, rename and delete: one moment of one organization, or none."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from cli.backups import backup, collections, snapshot
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.runtime import server_errors
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases, Document, failing
from tests.support.intents import intend_deletion, intend_rename
from tests.support.mongodump import read_backup

DOCUMENTS = 300  # more than the first reply holds


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "PAUSE_SECONDS", 0.01)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "google.archive"


class Interruption:
    """Something that happens once, when the backup has got to its nth step."""

    def __init__(self, step: int, action: Callable[[], object]) -> None:
        self.remaining = step
        self.action = action

    def count(self) -> None:
        self.remaining -= 1
        if self.remaining == 0:
            self.action()

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        describe = collections.describe

        def describing(*arguments: Any) -> Document | None:
            description = describe(*arguments)
            self.count()
            return description

        for where, name in ((snapshot, "_read"), (collections.OwnCollection, "read")):
            monkeypatch.setattr(where, name, self._counting(getattr(where, name)))
        for module in (snapshot, collections):
            monkeypatch.setattr(module, "describe", describing)

    def _counting(self, read: Callable[..., Iterator[bytes]]) -> Callable[..., Iterator[bytes]]:
        def reading(*arguments: Any) -> Iterator[bytes]:
            for piece in read(*arguments):
                self.count()
                yield piece

        return reading


STEPS = range(1, 11)


def google(databases: Databases) -> Membership:
    member = library.create("Google")
    databases.tenants["org_google"].insert_many({"_id": n, "of": "google"} for n in range(DOCUMENTS))
    return member


def back_up_during(
    step: int, action: Callable[[], object], path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str]:
    """Back up Google while something happens; return exit status and message."""
    interruption = Interruption(step, action)
    interruption.install(monkeypatch)
    result = tenantry("backup", "google", "-o", path)
    assert (interruption.remaining <= 0) == (step <= max(STEPS) - 1), "STEPS end one behind the last"
    return result.exit_code, result.stderr


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("names", [["Alphabet"], ["Alphabet", "Google"]])
def test_organization_that_is_renamed_meanwhile(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch, step: int, names: list[str]
) -> None:
    member = google(databases)

    def rename() -> None:
        for name in names:
            library.rename(member, name)

    assert back_up_during(step, rename, path, monkeypatch) == (0, "")
    organization, collection, documents = read_backup(path)
    assert organization["state"] == "active"
    assert organization["collection"] == collection
    assert [document["_id"] for document in documents] == list(range(DOCUMENTS))


def test_only_the_collection_that_was_looked_up_is_read(databases: Databases) -> None:
    # From MongoDB 7.0 on, the name may have been another collection's at the snapshot's time.
    google(databases)
    collection = collections.OwnCollection(databases.tenants, "org_google")
    described = collection.describe()
    assert described is not None
    databases.tenants["org_google"].rename("org_alphabet")
    databases.tenants["org_google"].insert_one({"of": "somebody else"})
    with (
        databases.client.start_session(snapshot=True) as session,
        pytest.raises(OperationFailure) as refused,
    ):
        next(collection.read(session, described["uuid"]))
    assert refused.value.code == server_errors.COLLECTION_UUID_MISMATCH


@pytest.mark.parametrize("step", STEPS)
def test_rename_that_is_interrupted_meanwhile(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    organization_id = google(databases).organization_id
    intend = partial(intend_rename, organization_id, "Alphabet")
    assert back_up_during(step, intend, path, monkeypatch) == (0, "")
    organization, collection, documents = read_backup(path)
    assert (organization["state"], organization["collection"]) == ("active", collection)
    assert len(documents) == DOCUMENTS


@pytest.mark.usefixtures("free_names")
@pytest.mark.parametrize("step", STEPS)
def test_organization_that_is_deleted_meanwhile(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    member = google(databases)

    def replace() -> None:
        deleting.delete(member)
        library.create("Google", "somebody.else@example.org")
        databases.tenants["org_google"].insert_many({"_id": n, "of": "others"} for n in range(DOCUMENTS))

    status, message = back_up_during(step, replace, path, monkeypatch)
    if status == 0:
        organization, _, documents = read_backup(path)
        assert organization["_id"] == member.organization_id
        assert [document["of"] for document in documents] == ["google"] * DOCUMENTS
    else:
        assert (status, message) == (1, f"There is no organization {member.organization_id}\n")
        assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("step", STEPS)
def test_index_that_is_created_meanwhile(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """A unique index that the documents of the snapshot do not satisfy could not be restored."""
    google(databases)

    def make_unique() -> None:
        collection = databases.tenants["org_google"]
        collection.update_many({}, [{"$set": {"of": "$_id"}}])
        collection.create_index("of", unique=True)

    assert back_up_during(step, make_unique, path, monkeypatch) == (0, "")
    assert tenantry_json("restore", path, "--name", "Copy")["documents"] == DOCUMENTS


def test_organization_that_is_renamed_again_and_again(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move(*_: object) -> None:
        raise snapshot.OrganizationMoved

    google(databases)
    monkeypatch.setattr(snapshot, "taken", move)
    result = tenantry("backup", "google", "-o", path)
    assert result.exit_code == 1
    assert result.stderr.startswith("The organization was renamed during each of 10 attempts")


@pytest.mark.parametrize("reference", ["alphabet", "id"])
def test_rename_that_was_interrupted_is_completed_first(
    databases: Databases, path: Path, reference: str
) -> None:
    member = google(databases)
    intend_rename(member.organization_id, "Alphabet")
    tenantry_json("backup", member.organization_id if reference == "id" else reference, "-o", path)
    organization, collection, documents = read_backup(path)
    assert (organization["slug"], collection, len(documents)) == ("alphabet", "org_alphabet", DOCUMENTS)


def test_name_that_an_interrupted_change_leaves_is_unknown(databases: Databases, path: Path) -> None:
    intend_rename(google(databases).organization_id, "Alphabet")
    assert tenantry("backup", "google", "-o", path).exit_code == 1
    member = library.create("Google", "somebody.else@example.org")
    intend_deletion(member.organization_id)
    assert tenantry("backup", "google", "-o", path).exit_code == 1
    assert list(path.parent.iterdir()) == []


def test_snapshot_that_is_too_old(databases: Databases, path: Path) -> None:
    google(databases)
    with failing(databases.client, "getMore", errorCode=239, appName="tenantry-cli"):
        result = tenantry("backup", "google", "-o", path)
    assert result.exit_code == 1
    assert "raise the server parameter minSnapshotHistoryWindowInSeconds" in result.stderr
    assert list(path.parent.iterdir()) == []


def test_failed_backup_leaves_the_one_before(databases: Databases, path: Path) -> None:
    google(databases)
    path.write_text("the one before")
    with failing(databases.client, "getMore", closeConnection=True, appName="tenantry-cli"):
        result = tenantry("backup", "google", "-o", path)
    assert result.exit_code == 2
    assert result.stderr.startswith("MongoDB cannot be used: ")
    assert path.read_text() == "the one before"
    assert list(path.parent.iterdir()) == [path]
