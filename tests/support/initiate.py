"""Make servers that have just started members of one replica set, and print its connection string.

Called as ``python -m tests.support.initiate PORT...``; each server was started with ``--replSet tenantry``.
"""

import sys
import time
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

HOST = "127.0.0.1"
REPLICA_SET = "tenantry"
READY_SECONDS = 60.0


def initiate(ports: list[int]) -> str:
    """Initiate the replica set, and return its connection string when it has a primary."""
    addresses = [f"{HOST}:{port}" for port in ports]
    members = [{"_id": number, "host": address} for number, address in enumerate(addresses)]
    deadline = time.monotonic() + READY_SECONDS
    for port in ports:
        with MongoClient[dict[str, Any]](HOST, port, directConnection=True) as member:
            member.admin.command("ping")  # waits until it listens
    with MongoClient[dict[str, Any]](HOST, ports[0], directConnection=True) as first:
        first.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
    uri = f"mongodb://{','.join(addresses)}/?replicaSet={REPLICA_SET}"
    with MongoClient[dict[str, Any]](uri, w="majority", wtimeoutMS=1000) as client:
        while not _accepts_writes(client):
            if time.monotonic() > deadline:
                raise SystemExit(f"No majority of {uri} took a write within {READY_SECONDS:.0f} s")
    return uri


def _accepts_writes(client: MongoClient[dict[str, Any]]) -> bool:
    try:
        client["initiated"]["initiated"].insert_one({})
        client.drop_database("initiated")
    except PyMongoError:
        return False
    return True


if __name__ == "__main__":
    print(initiate([int(port) for port in sys.argv[1:]]))  # noqa: T201 - what the command is for
