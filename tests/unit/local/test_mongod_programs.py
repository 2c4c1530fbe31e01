"""Which mongod runs."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from local import mongod_programs
from local.errors import LocalStackError
from local.mongod_programs import BUNDLED, OLDEST, bundled_mongod, mongod_binary, newest_mongod, version_of

BUNDLED_OF_TEST = "6.0.27"


@pytest.fixture
def bundled(tmp_path: Path, mongod: Callable[[Path, str], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only `mongod` of this machine."""
    monkeypatch.delenv("MONGOD", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(mongod_programs, "PROJECT", tmp_path)
    return mongod(bundled_mongod().parent, BUNDLED_OF_TEST)


def test_installed_servers_are_of_the_versions_that_their_directories_name() -> None:
    for version in (BUNDLED, OLDEST):
        assert version_of(bundled_mongod(version)) == tuple(map(int, version.split(".")))


def test_the_wheels_that_servers_come_in_cannot_be_imported() -> None:
    assert find_spec("psycopg2") is None
    assert find_spec("fiftyone") is None


def test_the_bundled_mongod_runs_unless_another_is_chosen(
    tmp_path: Path, bundled: Path, mongod: Callable[[Path, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    older = mongod(tmp_path / "older", "5.0.1")
    assert mongod_binary() == newest_mongod() == bundled
    monkeypatch.setenv("MONGOD", str(older))
    assert mongod_binary() == newest_mongod() == older


@pytest.mark.parametrize(
    ("on_path", "is_taken"),
    [("6.0.9", False), (BUNDLED_OF_TEST, False), ("6.0.28", True), ("10.0.0", True), ("7.0.0-rc2", True)],
)
def test_make_run_prefers_a_newer_mongod_on_the_path(
    tmp_path: Path, bundled: Path, mongod: Callable[[Path, str], Path], on_path: str, is_taken: bool
) -> None:
    installed = mongod(tmp_path / "path", on_path)
    assert newest_mongod() == (installed if is_taken else bundled)
    assert mongod_binary() == bundled


@pytest.mark.parametrize(("on_path", "is_taken"), [("5.0.31", False), ("6.0.0", True)])
def test_mongod_on_the_path_stands_in_for_a_bundled_one_that_cannot_run(
    tmp_path: Path, bundled: Path, mongod: Callable[[Path, str], Path], on_path: str, is_taken: bool
) -> None:
    bundled.unlink()
    installed = mongod(tmp_path / "path", on_path)
    assert newest_mongod() == (installed if is_taken else None)


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/sh\necho error while loading shared libraries: libcurl.so.4; exit 127\n",
        "#!/bin/sh\necho mongodump version: 100.9.4\n",
        "\x7fELF of another machine",
    ],
    ids=["missing library", "another program", "another platform"],
)
def test_a_mongod_that_cannot_run_is_not_used(
    bundled: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled.write_text(script)
    assert mongod_binary() is None
    assert newest_mongod() is None
    monkeypatch.setenv("MONGOD", str(bundled))
    with pytest.raises(LocalStackError, match=r"^MONGOD=.*/mongod is not a mongod that can run"):
        mongod_binary()


def test_relative_path_of_a_mongod_is_that_of_the_directory_where_make_runs(
    tmp_path: Path, bundled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONGOD", str(bundled.relative_to(tmp_path)))
    assert mongod_binary() == bundled
