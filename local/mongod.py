"""A real MongoDB server, as a replica set of one."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from local.processes import HOST, Child, running, wait_until

REPLICA_SET = "tenantry"
_READY_SECONDS = 300.0  # with 100,000 collections
_ATTEMPT_MILLISECONDS = 1000
_NOT_YET_INITIALIZED = 94
_CACHE_GIGABYTES = "0.5"
_OPLOG_MEGABYTES = "990"  # the smallest that mongod accepts


@contextlib.contextmanager
def running_mongod(
    binary: Path, data: Path, port: int, *, test_commands: bool = False, options: Sequence[str] = ()
) -> Iterator[tuple[Child, str]]:
    """Run ``mongod`` for the length of a ``with`` block.

    Parameters
    ----------
    binary
        The program; `local.mongod_programs` finds it.
    data
        Directory of the data files; what an earlier run left there is kept.
    port
        Port on the loopback interface.
    test_commands
        Allow ``configureFailPoint``, for tests of failures.
    options
        Further arguments of the program.

    Yields
    ------
    tuple[Child, str]
        The process and the connection string; the server accepts writes.
    """
    data.mkdir(parents=True, exist_ok=True)
    command = [*command_of(binary, data, port, test_commands=test_commands), *options]
    with running("MongoDB", command, data.with_name(f"{data.name}.log")) as child:
        wait_until(lambda: _accepts_writes(port), child, _READY_SECONDS)
        yield child, f"mongodb://{HOST}:{port}/?replicaSet={REPLICA_SET}"


def command_of(binary: Path, data: Path, port: int, *, test_commands: bool) -> list[str]:
    """Return the command line of a member of a replica set; parameters as of `running_mongod`."""
    command = [str(binary), "--dbpath", str(data), "--port", str(port), "--bind_ip", HOST]
    command += ["--replSet", REPLICA_SET, "--nounixsocket", "--oplogSize", _OPLOG_MEGABYTES]
    command += ["--wiredTigerCacheSizeGB", _CACHE_GIGABYTES]
    command += ["--networkMessageCompressors", "disabled"]  # in 6.0.5 they leak memory: CVE-2025-14847
    command += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
    if test_commands:
        command += ["--setParameter", "enableTestCommands=1"]
    return command


def _accepts_writes(port: int) -> bool:
    """Take the next step towards a writable primary and tell whether it is one already."""
    with MongoClient[dict[str, Any]](
        HOST, port, directConnection=True, serverSelectionTimeoutMS=_ATTEMPT_MILLISECONDS
    ) as client:
        try:
            if client.admin.command("hello")["isWritablePrimary"]:
                return True
            _configure(client, f"{HOST}:{port}")
        except PyMongoError:
            pass  # not listening yet, or in the middle of an election
    return False


def _configure(client: MongoClient[dict[str, Any]], address: str) -> None:
    """Initiate the replica set, or move it to this address when its data come from another port."""
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIALIZED:
            raise
        members = [{"_id": 0, "host": address}]
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        return
    if config["members"][0]["host"] != address:
        config["members"][0]["host"] = address
        config["version"] += 1
        client.admin.command("replSetReconfig", config, force=True)
