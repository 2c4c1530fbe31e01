"""What `tenantry backup` leaves and prints."""

import re
import stat
from pathlib import Path

import pytest

from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "google.archive"


def test_backup_is_readable_to_its_owner_alone(databases: Databases, path: Path) -> None:
    library.create("Google")
    tenantry_json("backup", "google", "-o", path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_people_read_what_was_done(databases: Databases, path: Path) -> None:
    member = library.create("Google")
    done = tenantry("backup", "google", "--output", path)
    assert done.stdout == (
        f"Backed up google ({member.organization_id}): {path.stat().st_size} bytes in {path}\n"
    )
    made = tenantry("restore", path, "--name", "Copy")
    owner = rf"{member.account_id} \(owner@google\.example\)"
    pattern = rf"Restored copy \(org_[0-9a-f]{{32}}\): 0 documents, 1 members, owned by {owner}\n"
    assert re.fullmatch(pattern, made.stdout)


def test_unknown_organization(databases: Databases, path: Path) -> None:
    result = tenantry("backup", "nobody", "-o", path)
    assert (result.exit_code, result.stderr) == (1, "There is no organization nobody\n")
    assert list(path.parent.iterdir()) == []


def test_places_that_cannot_be_used(databases: Databases, tmp_path: Path) -> None:
    library.create("Google")
    for place in (tmp_path, tmp_path / "missing" / "file"):
        result = tenantry("backup", "google", "-o", place)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"{place} cannot be written: ")
    result = tenantry("restore", tmp_path / "missing")
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path / 'missing'} cannot be read: No such file or directory\n"
    assert list(tmp_path.iterdir()) == []
