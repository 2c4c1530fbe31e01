"""`make run` on a `mongod` of the PATH that is newer than the bundled one."""

from pathlib import Path

import pytest
from pymongo import MongoClient

from local.mongod_programs import bundled_mongod, newest_mongod
from local.mongodb import running_mongodb
from local.processes import free_port
from tests.support.databases import Document
from tests.support.mongodb import own_mongod

NEWER = """#!/bin/sh
test "$1" != --version || exec echo 'db version v99.1.2'
exec '{bundled}' "$@"
"""


def test_newer_mongod_of_the_path_runs_on_data_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_mongod()
    monkeypatch.delenv("MONGOD", raising=False)
    newer = tmp_path / "bin" / "mongod"
    newer.parent.mkdir()
    newer.write_text(NEWER.format(bundled=bundled_mongod()))
    newer.chmod(0o700)
    monkeypatch.setenv("PATH", f"{newer.parent}:/usr/bin:/bin")
    state = tmp_path / "state"
    with running_mongodb(state, free_port(), None, newest_mongod(), pytest.fail) as started:
        assert started.server == f"MongoDB 99.1.2 ({newer})"
        with MongoClient[Document](started.uri) as client:
            assert client.admin.command("getCmdLineOpts")["parsed"]["storage"]["dbPath"] == str(
                state / "mongodb-99.1"
            )
