"""SecantusDB, the stand-in for platforms on which the bundled ``mongod`` cannot run."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from local.processes import HOST, Child, running, wait_until

WARNING = (
    "The bundled mongod cannot run on this machine, so SecantusDB stands in for MongoDB. "
    "It is good for a look around, not for measuring or trusting: its rename copies the collection "
    "and loses the writes of open transactions."
)

_READY_SECONDS = 60.0
_ATTEMPT_MILLISECONDS = 1000


@contextlib.contextmanager
def running_secantus(data: Path, port: int) -> Iterator[tuple[Child, str]]:
    """Run SecantusDB for the length of a ``with`` block.

    Yields
    ------
    tuple[Child, str]
        The process and the connection string.
    """
    data.mkdir(parents=True, exist_ok=True)
    configuration = data.with_suffix(".toml")
    configuration.write_text("[storage]\nsync_on_commit = true\n")  # a user's own file is not read then
    command = [sys.executable, "-m", "secantus", "--config", str(configuration)]
    command += ["--host", HOST, "--port", str(port), "--storage-path", str(data)]
    with running("SecantusDB", command, data.with_suffix(".log")) as child:
        wait_until(lambda: _answers(port), child, _READY_SECONDS)
        yield child, f"mongodb://{HOST}:{port}/?directConnection=true"


def _answers(port: int) -> bool:
    with MongoClient[dict[str, Any]](
        HOST, port, directConnection=True, serverSelectionTimeoutMS=_ATTEMPT_MILLISECONDS
    ) as client:
        try:
            return bool(client.admin.command("hello")["isWritablePrimary"])
        except PyMongoError:
            return False
