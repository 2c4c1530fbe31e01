from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from local.mongod import running_mongod
from local.processes import free_port
from tests.support.mongodb import own_mongod


@contextmanager
def connected(data: Path, port: int) -> Iterator[MongoClient[dict[str, Any]]]:
    binary = own_mongod()
    with running_mongod(binary, data, port) as (_, uri), MongoClient[dict[str, Any]](uri) as client:
        yield client


def test_data_are_kept_on_the_same_and_on_another_port(tmp_path: Path) -> None:
    port = free_port()
    with connected(tmp_path / "mongodb", port) as client:
        client["kept"]["notes"].insert_one({"text": "first"})

    with connected(tmp_path / "mongodb", port) as client:
        client["kept"]["notes"].insert_one({"text": "second"})

    with connected(tmp_path / "mongodb", free_port()) as client:
        assert [note["text"] for note in client["kept"]["notes"].find()] == ["first", "second"]


def test_nobody_but_this_machine_reaches_it_and_it_decompresses_nothing(tmp_path: Path) -> None:
    with connected(tmp_path / "mongodb", free_port()) as client:
        net = client.admin.command("getCmdLineOpts")["parsed"]["net"]
        offered = client.admin.command("hello", compression=["zlib", "snappy", "zstd"])
    assert net["bindIp"] == "127.0.0.1"
    assert "compression" not in offered


def test_transactions_work(tmp_path: Path) -> None:
    with connected(tmp_path / "mongodb", free_port()) as client, client.start_session() as session:
        with session.start_transaction():
            client["kept"]["notes"].insert_one({"text": "never"}, session=session)
            session.abort_transaction()
        assert client["kept"]["notes"].count_documents({}) == 0
