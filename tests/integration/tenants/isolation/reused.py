"""What one test after the other uses, as most of their requests are refused."""

from collections.abc import Callable
from typing import Any

from tests.support.databases import Databases


class Reused[Used]:
    """Something stored that serves until a test has changed anything that is stored.

    Parameters
    ----------
    databases
        Where it is stored, with all else.
    create
        Stores another one.
    """

    def __init__(self, databases: Databases, create: Callable[[], Used]) -> None:
        self._databases = databases
        self._create = create
        self._used: list[Used] = []
        self._unchanged: list[dict[str, Any]] = []

    def get(self) -> Used:
        """Return the one of the test before if all is as it was when it was created, or else another."""
        if not self._used or self._databases.fingerprint() != self._unchanged:
            self._used = [self._create()]
            self._unchanged = self._databases.fingerprint()
        return self._used[0]
