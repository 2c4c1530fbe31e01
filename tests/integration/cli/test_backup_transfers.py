"""`tenantry backup` beside transactions: each is in the backup wholly or not at all."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.databases import Databases
from tests.support.mongodump import read_backup

ACCOUNTS = 3000
PADDING = "x" * 2000
STARTING_BALANCE = 100


def transfer_until(stop: threading.Event, databases: Databases, seed: int) -> int:
    """Move amounts between accounts; return how often."""
    collection = databases.tenants["org_google"]
    choose = random.Random(seed)  # noqa: S311 - no secret
    done = 0
    while not stop.is_set():
        giver, taker = choose.sample(range(ACCOUNTS), 2)
        amount = choose.randint(1, 50)
        with databases.client.start_session() as session, session.start_transaction():
            collection.update_one({"_id": giver}, {"$inc": {"balance": -amount}}, session=session)
            collection.update_one({"_id": taker}, {"$inc": {"balance": amount}}, session=session)
        done += 1
    return done


@contextmanager
def transfers(databases: Databases) -> Iterator[list[int]]:
    """Move amounts in a thread during a `with` block; at its end, their number is known."""
    stop = threading.Event()
    done: list[int] = []
    with ThreadPoolExecutor() as pool:
        running = pool.submit(transfer_until, stop, databases, 1)
        try:
            yield done
        finally:
            stop.set()
            done.append(running.result())


def test_transfers_under_way_are_in_the_backup_wholly_or_not_at_all(
    databases: Databases, tmp_path: Path
) -> None:
    library.create("Google")
    accounts = [{"_id": n, "balance": STARTING_BALANCE, "padding": PADDING} for n in range(ACCOUNTS)]
    databases.tenants["org_google"].insert_many(accounts)
    path = tmp_path / "google.archive"
    for _ in range(3):
        with transfers(databases) as done:
            tenantry_json("backup", "google", "-o", path)
        assert done[0] > 10
        _, _, documents = read_backup(path)
        assert sum(each["balance"] for each in documents) == ACCOUNTS * STARTING_BALANCE
        assert {each["balance"] for each in documents} != {STARTING_BALANCE}
