"""Databases to plant violations in, and an organization with a backup."""

from pathlib import Path

import pytest

from cli import checker
from tenantry.identity.members import Membership
from tests.integration.cli.planted import Planted
from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.databases import Databases
from tests.support.forged_archive import ForgedArchive


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once, since nothing moves here."""
    monkeypatch.setattr(checker, "PAUSE_SECONDS", 0)


@pytest.fixture
def planted(databases: Databases) -> Planted:
    alpha, beta, _ = (library.create(name).organization_id for name in ("Alpha", "Beta", "Gamma Ray"))
    return Planted(databases, alpha, beta)


@pytest.fixture
def google(databases: Databases) -> Membership:
    member = library.create("Google")
    databases.tenants["org_google"].insert_many({"_id": n} for n in range(200))
    return member


@pytest.fixture
def path(google: Membership, tmp_path: Path) -> Path:
    """A backup of Google."""
    tenantry_json("backup", "google", "-o", tmp_path / "google.archive")
    return tmp_path / "google.archive"


@pytest.fixture
def archive(path: Path) -> ForgedArchive:
    """A backup of Google, which goes on."""
    return ForgedArchive.read(path.read_bytes())
