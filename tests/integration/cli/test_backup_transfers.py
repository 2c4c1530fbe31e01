"""`tenantry backup` beside transactions: each is in the backup wholly or not at all."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cli.backups import snapshot
from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.databases import Databases
from tests.support.mongodump import read_backup

ACCOUNTS = 1000
PADDING = "x" * 500
STARTING_BALANCE = 100


class Transfers:
    """Amounts that are moved between accounts, by one thread without a pause."""

    def __init__(self, databases: Databases) -> None:
        self.done = 0
        self.stop = threading.Event()
        self._databases = databases

    def run(self) -> None:
        choose = random.Random(1)  # noqa: S311 - no secret
        while not self.stop.is_set():
            giver, taker = choose.sample(range(ACCOUNTS), 2)
            self._move(giver, taker, choose.randint(1, 50))
            self.done += 1

    def _move(self, giver: int, taker: int, amount: int) -> None:
        collection = self._databases.tenants["org_google"]
        with self._databases.client.start_session() as session, session.start_transaction():
            collection.update_one({"_id": giver}, {"$inc": {"balance": -amount}}, session=session)
            collection.update_one({"_id": taker}, {"$inc": {"balance": amount}}, session=session)

    def wait_for_more(self) -> None:
        expected = self.done + 20
        while self.done < expected:
            time.sleep(0.001)


@pytest.fixture
def transfers(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Transfers]:
    """Transfers that go on, some of them between any two pieces that a backup reads."""
    transfers = Transfers(databases)
    read = snapshot._read

    def reading(*arguments: Any) -> Iterator[bytes]:
        for piece in read(*arguments):
            transfers.wait_for_more()
            yield piece

    monkeypatch.setattr(snapshot, "_read", reading)
    library.create("Google")
    accounts = [{"_id": n, "balance": STARTING_BALANCE, "padding": PADDING} for n in range(ACCOUNTS)]
    databases.tenants["org_google"].insert_many(accounts)
    with ThreadPoolExecutor() as pool:
        running = pool.submit(transfers.run)
        yield transfers
        transfers.stop.set()
        running.result()


def test_transfers_under_way_are_in_the_backup_wholly_or_not_at_all(
    transfers: Transfers, tmp_path: Path
) -> None:
    path = tmp_path / "google.archive"
    transfers.wait_for_more()
    tenantry_json("backup", "google", "-o", path)
    _, _, documents = read_backup(path)
    balances = [document["balance"] for document in documents]
    assert (len(balances), sum(balances)) == (ACCOUNTS, ACCOUNTS * STARTING_BALANCE)
    assert set(balances) != {STARTING_BALANCE}
