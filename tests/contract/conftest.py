"""What contract tests share."""

import os
from pathlib import Path

import pytest

from tests.contract.layer import build

ZIP_EPOCH = 315532800  # 1980-01-01, which every file has that Lambda unpacks


@pytest.fixture(scope="session")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer as Lambda unpacks it, in another place."""
    modules = build(tmp_path_factory.mktemp("layer"), "x86_64")
    for path in modules.rglob("*"):
        os.utime(path, (ZIP_EPOCH, ZIP_EPOCH))
    return modules
