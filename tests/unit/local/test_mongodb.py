from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local import mongodb
from local.errors import LocalStackError
from local.mongodb import running_mongodb
from local.processes import free_port
from local.secantus import WARNING


@contextmanager
def server(uri: str) -> Iterator[tuple[None, str]]:
    yield None, uri


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongodb, "running_mongod", lambda *arguments: server(f"data in {arguments[1].name}"))
    monkeypatch.setattr(mongodb, "running_secantus", lambda *arguments: server("secantus"))


@pytest.mark.parametrize(("version", "directory"), [("6.0.5", "mongodb"), ("8.0.4", "mongodb-8.0")])
def test_each_release_has_data_of_its_own(
    tmp_path: Path, servers: None, mongod: Callable[[Path, str], Path], version: str, directory: str
) -> None:
    binary = mongod(tmp_path, version)
    with running_mongodb(tmp_path, 1, None, binary, pytest.fail) as started:
        assert started.uri == f"data in {directory}"
        assert started.server == f"MongoDB {version} ({binary})"


def test_secantus_stands_in_with_a_warning_where_there_is_no_mongod(tmp_path: Path, servers: None) -> None:
    warnings: list[str] = []
    with running_mongodb(tmp_path, 1, None, None, warnings.append) as started:
        assert (started.uri, started.server) == ("secantus", "SecantusDB")
    assert warnings == [WARNING]


def test_an_external_server_that_does_not_answer_gives_one_line_without_its_password(
    tmp_path: Path, servers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongodb, "_REACHABLE_MILLISECONDS", 50)
    uri = f"mongodb://ada:hunter2@127.0.0.1:{free_port()}/"
    with (
        pytest.raises(LocalStackError) as error,
        running_mongodb(tmp_path, 1, uri, None, pytest.fail),
    ):
        pytest.fail("nothing listens there")
    assert str(error.value).startswith("No MongoDB answers at MONGODB_URI: 127.0.0.1:")
    assert "hunter2" not in str(error.value)
    assert "\n" not in str(error.value)
