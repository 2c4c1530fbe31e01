"""How long the server computes, however busy the machine is."""

from collections.abc import Callable
from typing import Any

import psutil
from pymongo.collection import Collection


def server_seconds(
    collection: Collection[dict[str, Any]], run: Callable[[], object], attempts: int = 3
) -> float:
    """Return the average processor time that a call takes a collection's server."""
    server = psutil.Process(collection.database.client.admin.command("serverStatus")["pid"])
    before = server.cpu_times()
    for _ in range(attempts):
        run()
    after = server.cpu_times()
    return (after.user + after.system - before.user - before.system) / attempts
