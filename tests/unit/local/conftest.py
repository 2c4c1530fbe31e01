"""Programs that say which version of MongoDB they are."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def mongod() -> Callable[[Path, str], Path]:
    """Make a `mongod` of a version in a directory."""

    def make(directory: Path, version: str) -> Path:
        directory.mkdir(parents=True, exist_ok=True)
        program = directory / "mongod"
        program.write_text(f"#!/bin/sh\necho 'db version v{version}'\n")
        program.chmod(0o700)
        return program

    return make
