"""Databases to plant violations in."""

import pytest

from cli import checker
from tests.integration.cli.planted import Planted
from tests.support import library
from tests.support.databases import Databases


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once, since nothing moves here."""
    monkeypatch.setattr(checker, "PAUSE_SECONDS", 0)


@pytest.fixture
def planted(databases: Databases) -> Planted:
    alpha, beta, _ = (library.create(name).organization_id for name in ("Alpha", "Beta", "Gamma Ray"))
    return Planted(databases, alpha, beta)
