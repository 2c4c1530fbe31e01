"""The examples that have Tenantry as a part, in a place of their own."""

import shutil
from pathlib import Path

import pytest

from local.deployment import PROJECT


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Return a copy of the examples, to write beside them what `make package` writes."""
    return Path(shutil.copytree(PROJECT / "examples", tmp_path / "examples"))
