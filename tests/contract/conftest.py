"""What contract tests share."""

from pathlib import Path

import pytest

from tests.contract.layer import build


@pytest.fixture(scope="session")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("layer"), "x86_64")
