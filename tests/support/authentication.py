"""A MongoDB server that authenticates its clients and enforces their roles."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from local import mongod
from local.processes import HOST, free_port, running, wait_until

PASSWORD = "the same for all users"
ADMINISTRATOR = "administrator"
READY_SECONDS = 60.0


@contextmanager
def running_mongod_with_users(binary: Path, directory: Path) -> Iterator[str]:
    """Run a replica set for the length of a `with` block; yields its administrator's connection string."""
    key = directory / "key"
    key.write_text(secrets.token_hex(32))
    key.chmod(0o600)
    data, port = directory / "data", free_port()
    data.mkdir()
    command = [*mongod.command_of(binary, data, port, test_commands=False), "--keyFile", str(key)]
    command += ["--setParameter", "ttlMonitorEnabled=false"]  # because tests compare before and after
    # Tests make many users, who log in often. These are the smallest numbers of rounds that mongod takes.
    command += ["--setParameter", "scramIterationCount=5000"]
    command += ["--setParameter", "scramSHA256IterationCount=5000"]
    with running("MongoDB", command, directory / "mongod.log") as child:
        # Without a user, a client on this machine may create the first one.
        with MongoClient[dict[str, Any]](HOST, port, directConnection=True) as client:
            members = [{"_id": 0, "host": f"{HOST}:{port}"}]
            client.admin.command("replSetInitiate", {"_id": mongod.REPLICA_SET, "members": members})
            wait_until(lambda: client.admin.command("hello")["isWritablePrimary"], child, READY_SECONDS)
            client.admin.command("createUser", ADMINISTRATOR, pwd=PASSWORD, roles=["root"])
        yield uri_of(f"mongodb://{HOST}:{port}/?replicaSet={mongod.REPLICA_SET}", ADMINISTRATOR)


def uri_of(uri: str, user: str) -> str:
    """Return the connection string of another user of the same server."""
    scheme, _, address = uri.partition("://")
    return f"{scheme}://{user}:{PASSWORD.replace(' ', '%20')}@{address.rpartition('@')[2]}"
